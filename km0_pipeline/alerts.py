"""Telling people that a refresh failed, by mail and by a webhook, in words they can act on.

Belongs here: the message, and its sending. What a run said of its failure is the caller's to find. A key or the address of a
webhook stands in no message, nor in what is said of one that could not be sent.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from km0_pipeline.hub import Hub
from km0_pipeline.service_settings import HERE, Alerts, SecretError, secret

MOST = 10
"""Sentences of a failure that a message holds."""


@dataclass(frozen=True)
class Failure:
    """A refresh that failed: its id, when it began (as people read it), what went wrong, a sentence each, and the version that people see.

    `published`: the refresh itself had published that version before something after it, the site or a portal, failed.
    """

    run: str
    began: str
    wrong: tuple[str, ...]
    version: str | None
    published: bool = False


def subject(hub: Hub) -> str:
    return f"[{hub.hub.name}] Le rafraîchissement des données a échoué / The refresh of the data failed"


def message(hub: Hub, failure: Failure) -> str:
    """What failed, what still stands, what to do; in French and English, the sentences as the run said them."""
    wrong = [line for sentence in failure.wrong[:MOST] for line in sentence.splitlines()] or ["The run said nothing of it: `make ui` shows its log."]
    more = [f"… + {len(failure.wrong) - MOST}"] if failure.wrong[MOST:] else []
    stands = failure.version or "–"
    outcome = (
        f"Rien n'a été publié ; la version en ligne reste {stands}. Rien n'est perdu.",
        f"Nothing was published; the version that people see is still {stands}. Nothing is lost.",
    )
    if failure.published:
        outcome = (
            f"La version {stands} a été publiée ; c'est ce qui suit, le site ou un portail, qui a échoué. Rien n'est perdu.",
            f"The version {stands} was published; what comes after it, the site or a portal, failed. Nothing is lost.",
        )
    return "\n".join(
        [
            f"Le rafraîchissement des données de {hub.hub.name}, commencé le {failure.began}, a échoué.",
            f"The refresh of the data of {hub.hub.name} that began on {failure.began} failed.",
            "",
            "Ce qui ne va pas / What went wrong:",
            *(f"  - {line}" for line in [*wrong, *more]),
            "",
            *outcome,
            "",
            "À faire : corriger ce qui est dit ci-dessus (les fichiers de data/raw, ou hub.toml), puis relancer `make run` ou le bouton « Materialize all ».",
            "What to do: mend what is said above (the files of data/raw, or hub.toml), then `make run` again, or the button “Materialize all”.",
            f"`km0 status` dit où en est le hub / says how the hub is doing. Run: {failure.run}",
        ]
    )


def send(hub: Hub, failure: Failure) -> list[str]:
    """Send it wherever `[alerts]` of hub.toml says. Returns what could not be sent, and what to do, a sentence each; raises nothing for it."""
    wanted = hub.alerts
    text, failed = message(hub, failure), []
    for name, how in (("mail", _mail), ("webhook", _webhook)):
        if wanted.mail_to if name == "mail" else wanted.webhook:
            try:
                how(hub, wanted, failure, text)
            except SecretError as e:
                failed.append(f"No {name} could be sent. {e}")
            except (OSError, smtplib.SMTPException, ValueError) as e:  # its words may hold what was sent
                where = f"the mail server {wanted.smtp}" if name == "mail" else f"the address in {wanted.webhook}"
                failed.append(f"No {name} could be sent: {where} can't be used ({type(e).__name__}{_status(e)}). Look at [alerts] of hub.toml, and whether it answers.")
    return failed


def _mail(hub: Hub, wanted: Alerts, failure: Failure, text: str) -> None:
    sender = wanted.mail_from or hub.publisher.contact
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = " ".join(subject(hub).split()), sender, ", ".join(wanted.mail_to)
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    host, _, port = wanted.smtp.rpartition(":")
    context = ssl.create_default_context()
    if host in HERE:  # where a mail server has a certificate that it made for itself, and nobody stands between
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    tls = wanted.security == "tls"
    with smtplib.SMTP_SSL(host, int(port), timeout=wanted.max_seconds, context=context) if tls else smtplib.SMTP(host, int(port), timeout=wanted.max_seconds) as server:
        server.ehlo_or_helo_if_needed()  # before it, what the server can do is not known
        if wanted.security == "starttls" and (host not in HERE or server.has_extn("starttls")):
            server.starttls(context=context)
        if os.environ.get(wanted.smtp_user):
            server.login(secret(wanted.smtp_user, "user of the mail server"), secret(wanted.smtp_password, "password of the mail server"))
        server.send_message(mail)


class _Refused(ValueError):
    """An answer that is no success; `status` is that of HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _webhook(hub: Hub, wanted: Alerts, failure: Failure, text: str) -> None:
    import httpx

    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address, which is a key
    address = secret(wanted.webhook, "address of the webhook")
    at = urlsplit(address)
    if at.scheme != "https" and not (at.scheme == "http" and at.hostname in HERE):
        raise SecretError(f"{wanted.webhook} holds no https address; set it to that of the webhook.")
    said = {"text": text, "hub": hub.hub.name, "run": failure.run, "began": failure.began, "failed": failure.wrong, "version": failure.version}
    try:
        with httpx.Client(timeout=wanted.max_seconds, trust_env=False) as client:
            answer = client.post(address, content=json.dumps(said, ensure_ascii=False).encode(), headers={"content-type": "application/json"})
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise ConnectionError(type(e).__name__) from None
    if not answer.is_success:
        raise _Refused(answer.status_code)


def _status(error: Exception) -> str:
    code = getattr(error, "status", None) or getattr(error, "smtp_code", None)
    return f" {code}" if code else ""
