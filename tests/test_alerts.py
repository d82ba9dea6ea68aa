"""Who is told when a refresh fails: by a real mail server and a real HTTP server, on this machine."""

from __future__ import annotations

import json
import logging
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from km0_pipeline.alerts import Failure, message, send
from km0_pipeline.hub import Hub, HubError
from km0_pipeline.steps import Project

FAILURE = Failure("4f1c", "2026-03-02 06:30", ("registries/locataires: 0 documents could be used. Put them back and run again.",), "2026.3.1")
KEY = "tres-secret-8c1"


@contextmanager
def served(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a mail takes."""

    def handle(self) -> None:
        def say(line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        say("220 essai")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper().split(" ")[0]
            self.server.said.append(line)  # type: ignore[attr-defined]
            if verb == "EHLO":
                say("250-essai")
                for can in self.server.can:  # type: ignore[attr-defined]
                    say(f"250-{can}")
                say("250 AUTH PLAIN")
            elif verb == "STARTTLS" and self.server.tls:  # type: ignore[attr-defined]
                say("220 go ahead")
                self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)  # type: ignore[attr-defined]
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
                self.server.said.append("in secret")  # type: ignore[attr-defined]
            elif verb == "STARTTLS":
                say("454 not now")
            elif verb == "AUTH":
                say(self.server.login)  # type: ignore[attr-defined]
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (data := self.rfile.readline()) != b".\r\n":
                    lines.append(data)
                self.server.mails.append(message_from_bytes(b"".join(lines), policy=default))  # type: ignore[attr-defined]
                say("250 taken")
            elif verb == "QUIT":
                return say("221 bye")
            else:
                say("250 fine")


class Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.posts.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def mail_server() -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    server.mails, server.said, server.login, server.can, server.tls = [], [], "235 welcome", [], None
    server.handle_error = lambda *_: None  # a client that breaks off
    with served(server):
        yield server


@pytest.fixture
def web_server() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Post)
    server.posts, server.answer = [], 200
    with served(server):
        yield server


def alerting(project: Project, **settings: object) -> Hub:
    path = project.root / "hub.toml"
    path.write_text(path.read_text(encoding="utf-8") + "[alerts]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in settings.items()), encoding="utf-8")
    return Hub.load(path)


def test_a_failure_is_told_by_mail_and_webhook_in_words_one_can_act_on(
    project: Project, mail_server: Any, web_server: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("KM0_WEBHOOK", f"http://127.0.0.1:{web_server.server_port}/{KEY}")
    monkeypatch.setenv("KM0_SMTP_USER", "facteur")
    monkeypatch.setenv("KM0_SMTP_PASSWORD", KEY)
    hub = alerting(project, mail_to=["stewards@hub.example", "nuit@hub.example"], smtp=f"127.0.0.1:{mail_server.server_address[1]}", webhook="KM0_WEBHOOK")
    assert send(hub, FAILURE) == []
    (mail,) = mail_server.mails
    assert mail["To"] == "stewards@hub.example, nuit@hub.example" and mail["From"] == "donnees@km0.example" and "[KM0]" in mail["Subject"]
    text = mail.get_content().replace("\r\n", "\n")
    for part in ("registries/locataires: 0 documents could be used. Put them back and run again.", "2026-03-02 06:30", "2026.3.1", "make run", "Rien n'a été publié"):
        assert part in text
    assert any(line.startswith("AUTH PLAIN") for line in mail_server.said)
    ((path, said),) = web_server.posts
    assert path == f"/{KEY}" and said["text"].strip() == text.strip() and said["failed"] == list(FAILURE.wrong)
    assert KEY not in text and KEY not in caplog.text


def test_of_a_version_whose_site_or_portal_failed_it_is_not_said_that_nothing_was_published(project: Project) -> None:
    text = message(project.hub, replace(FAILURE, published=True))
    assert "La version 2026.3.1 a été publiée" in text and "The version 2026.3.1 was published" in text
    assert "Rien n'a été publié" not in text and "Nothing was published" not in text


def test_what_can_t_be_sent_is_told_without_its_keys_and_the_other_is_sent(project: Project, mail_server: Any, web_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM0_WEBHOOK", f"http://127.0.0.1:{web_server.server_port}/{KEY}")
    monkeypatch.setenv("KM0_SMTP_USER", "facteur")
    monkeypatch.setenv("KM0_SMTP_PASSWORD", KEY)
    mail_server.login = f"535 no such password: {KEY}"
    hub = alerting(project, mail_to=["stewards@hub.example"], smtp=f"127.0.0.1:{mail_server.server_address[1]}", webhook="KM0_WEBHOOK")
    (told,) = send(hub, FAILURE)
    assert "No mail could be sent" in told and "SMTPAuthenticationError 535" in told and "[alerts]" in told and KEY not in told
    assert len(web_server.posts) == 1 and not mail_server.mails
    web_server.answer = 403
    monkeypatch.setenv("KM0_SMTP_USER", "")
    mail_server.login = ""
    (told,) = send(hub, FAILURE)
    assert "No webhook could be sent" in told and "KM0_WEBHOOK" in told and "403" in told and KEY not in told
    assert len(mail_server.mails) == 1
    monkeypatch.delenv("KM0_WEBHOOK")
    assert "set KM0_WEBHOOK" in send(hub, FAILURE)[0]
    monkeypatch.setenv("KM0_WEBHOOK", "http://ailleurs.example/x")
    assert "https" in send(hub, FAILURE)[0]


def test_a_mail_server_here_that_offers_to_speak_in_secret_is_taken_at_its_word(project: Project, mail_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM0_SMTP_USER", "facteur")
    monkeypatch.setenv("KM0_SMTP_PASSWORD", KEY)
    mail_server.can = ["STARTTLS"]
    (told,) = send(alerting(project, mail_to=["stewards@hub.example"], smtp=f"127.0.0.1:{mail_server.server_address[1]}"), FAILURE)
    assert "SMTPResponseException 454" in told and "STARTTLS" in mail_server.said
    assert not mail_server.mails and not any(line.startswith("AUTH") for line in mail_server.said), "no password in the open instead"


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """Of a server that made its certificate for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "courriel.example")])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
    written = tmp_path / "own.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    written.write_bytes(secret + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written)
    return context


def test_a_mail_goes_by_starttls_and_the_password_only_in_secret(project: Project, mail_server: Any, own_certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM0_SMTP_USER", "facteur")
    monkeypatch.setenv("KM0_SMTP_PASSWORD", KEY)
    mail_server.can, mail_server.tls = ["STARTTLS"], own_certificate
    hub = alerting(project, mail_to=["stewards@hub.example"], smtp=f"127.0.0.1:{mail_server.server_address[1]}", security="starttls")
    assert send(hub, FAILURE) == [] and len(mail_server.mails) == 1
    verbs = [line.split(" ")[0].upper() for line in mail_server.said]
    assert verbs.index("STARTTLS") < mail_server.said.index("in secret") < verbs.index("AUTH") < verbs.index("DATA")
    monkeypatch.setattr("km0_pipeline.alerts.HERE", ())  # as a server elsewhere
    mail_server.said.clear()
    (told,) = send(hub, FAILURE)
    assert "No mail could be sent" in told and "SSLCertVerificationError" in told and KEY not in told
    assert len(mail_server.mails) == 1 and not any(line.startswith("AUTH") for line in mail_server.said), "nobody vouches for who it is"


def test_a_mail_server_elsewhere_is_not_spoken_to_in_the_open(project: Project) -> None:
    with pytest.raises(HubError, match=r"alerts\.security.*starttls or tls"):
        alerting(project, mail_to=["stewards@hub.example"], smtp="mail.example:25", security="none")


def test_where_nobody_is_named_nobody_is_told(project: Project) -> None:
    assert send(project.hub, FAILURE) == []
