"""Reader of e-mails (.eml): the message as a press release, its attachments for readers of their own.

Who sent it is told by organisation, never by a person's address: from the header that says so, the
name of a shared mailbox, or the domain. What stands below a signature mark is left out.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from pathlib import PurePosixPath

from km0_pipeline.hub import Hub
from km0_pipeline.press import page
from km0_pipeline.press.dates import publication_date
from km0_pipeline.press.document import Document, Remark, Unreadable, dateline, decode, plain
from km0_pipeline.press.folding import key

SUFFIXES = (".eml",)
FORMAT = "eml"
MOST_ATTACHMENTS = 20
"""Attachments of one message that are read; a press release has a handful."""
_NO_DOCUMENT = re.compile(
    r"(?:image|audio|video|font)/|text/(?:calendar|vcard|x-vcard)|application/(?:pgp|pkcs7|x-pkcs7)"
)
_SHARED_MAILBOX = re.compile(
    r"(?i)(?:service\W?)?(?:presse?|com|communication|contact|info|infos|newsletter|news|redaction|accueil|media|medias|no-?reply|ne-pas-repondre|hello|bonjour)\b"
)
_PROVIDERS = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|orange|wanadoo|free|sfr|laposte|bbox|neuf|icloud|me|gmx|protonmail|proton|aol)\.[a-z]+"
)
"""Domains that say nothing of who sends."""


def read(data: bytes, hub: Hub) -> Document:
    """The message in the bytes of an .eml file, with what is attached to it."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        parts = list(_parts(message))
        body = {kind: message.get_body((kind,)) for kind in ("html", "plain")}
        attached = [
            (p, _content(p)) for p in parts if p not in body.values() and not _NO_DOCUMENT.match(p.get_content_type())
        ]
    except RecursionError:
        raise Unreadable(
            "nested", "holds messages within messages without end; take out the one that matters and put it in."
        ) from None
    except (ValueError, IndexError, AttributeError, TypeError):  # Python's parser of headers
        raise Unreadable("damaged", "has headers that can't be read; open it in the mail program and save it anew.") from None
    if not any(_header(message, h) for h in ("from", "subject", "date")):
        raise Unreadable("damaged", "is no e-mail: it has neither sender, subject nor date; save the message anew.")
    kept = attached[:MOST_ATTACHMENTS]
    text = _text(body["html"], body["plain"], hub)
    if not text and not kept:
        raise Unreadable("no_text", "is a message without text; put in the text that it should hold.")
    left = f"has {len(attached)} attachments; those after the first {len(kept)} were not read: put them in as files."
    name, publisher = _sender(message)
    return Document(
        text,
        title=re.sub(r"(?i)^(?:(?:re|fwd?|tr|rép|wg|aw)\s*:\s*)+", "", _header(message, "subject")),
        author="" if name == publisher else name,
        publisher=publisher,
        published_on=_date(message, hub) or dateline(text.split("\n\n"), hub.zone),
        remarks=(Remark("attachments", left),) if len(attached) > len(kept) else (),
        attachments=tuple((name, content) for name, (_, content) in zip(_names(p for p, _ in kept), kept, strict=True)),
    )


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves of a message, and messages attached to it, which are not entered."""
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        if part.get_content_maintype() == "multipart":
            yield from _parts(part)
        elif part.get_filename() or part.get_content_type() == "message/rfc822" or part.is_attachment():
            yield part


def _content(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _names(parts: Iterator[EmailMessage]) -> list[str]:
    """A file name for each attachment, no two the same; its ending, where the name has none, by its type."""
    names: list[str] = []
    for n, part in enumerate(parts, 1):
        kind = part.get_content_type()
        name = (
            re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", part.get_filename() or "")[-1]).strip(". ")
            or f"attachment-{n}"
        )
        if not PurePosixPath(name).suffix:
            name += ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
        names.append(name if name not in names else f"{n}-{name}")
    return names


def _text(html: MIMEPart | None, text: MIMEPart | None, hub: Hub) -> str:
    """The text of a message: that of its HTML, which keeps paragraphs, unless the plain one holds twice as much."""
    rich, simple = "", ""
    if text is not None:
        simple = plain(re.split(r"\n-- ?\n", _decoded(text))[0]).strip()
    if html is not None:
        try:
            rich = page.article(_decoded(html), hub, tables=True).text
        except Unreadable:
            from trafilatura import html2txt

            rich = plain(html2txt(_decoded(html)))
    return rich if len(rich) * 2 >= len(simple) else simple


def _decoded(part: MIMEPart) -> str:
    content = _content(part)
    return decode(content, part.get_content_charset("")) if content.strip() else ""


def _header(message: EmailMessage, name: str) -> str:
    """A header as text; '' where it is absent or so broken that the standard library fails on it."""
    try:
        return " ".join(str(message[name] or "").split())
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _sender(message: EmailMessage) -> tuple[str, str]:
    """The name that the sender gives, and the organisation that sends."""
    try:
        sender = message["from"].addresses[0]
        name, mailbox, domain = sender.display_name.strip(), sender.username, sender.domain.lower()
    except (ValueError, IndexError, AttributeError, TypeError):
        return "", _header(message, "organization")
    name = "" if "@" in name else name
    shared = _SHARED_MAILBOX.match(mailbox) or (name and key(name).replace(" ", "") in domain.replace("-", ""))
    said = (
        _header(message, "organization") or (name if shared else "") or ("" if _PROVIDERS.fullmatch(domain) else domain)
    )
    return name, said


def _date(message: EmailMessage, hub: Hub) -> str:
    try:
        sent = message["date"].datetime
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""
    return publication_date(sent.isoformat(), hub.zone) if sent else ""
