"""What tells one mail from another wherever it lies: its Message-ID, or else what it says."""

import hashlib
import re
from collections.abc import Iterator

from nurture.domain.topic import topic
from nurture.inbox.parse import ParsedMail

_TELLING_FIELDS = ("from", "date", "subject", "to")
_BODY_BYTES = 1024 * 1024
_END_OF_HEADER = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_ENDS = re.compile(rb"\r\n|\r")


def identity_of(mail: ParsedMail, raw: bytes) -> str:
    """The Message-ID with its angle brackets; for a mail without one, an id made of its header and text.

    What relays add on the way (Received, Delivered-To) does not count, and how lines end does not either.
    """
    if mail.message_id:
        return mail.message_id
    digest = hashlib.sha256()
    for name in _TELLING_FIELDS:
        digest.update(mail.fields.raw(name) + b"\0")
    head = _END_OF_HEADER.search(raw)
    start = head.end() if head else 0  # what has no end of its header may be no mail at all
    body = raw[start : start + _BODY_BYTES]
    digest.update(_LINE_ENDS.sub(b"\n", body).strip())
    return f"<{digest.hexdigest()[:40]}@no-message-id.invalid>"


def content_digest_of(mail: ParsedMail, words: str) -> str:
    """A digest of what a mail says: not every program gives every mail a Message-ID of its own.

    `words` are those of its writer. What relays and lists change on the way does not count: header fields that they
    add, tags in the subject, line ends and spaces, the encoding, what they write below. Of what has no words of its
    own, such as a report, all text counts, and always what it reports on.
    """
    digest = hashlib.sha256()
    said = words.strip() or mail.text_plain.strip() or mail.text_html
    for each in (topic(mail.subject), "".join(said.split()), *mail.in_reply_to):
        digest.update(each.encode("utf-8", "surrogatepass") + b"\0")
    for name, value in _reported(mail):
        digest.update(name.encode() + b":" + b"".join(value.split()) + b"\0")
    return digest.hexdigest()[:40]


def _reported(mail: ParsedMail) -> Iterator[tuple[str, bytes]]:
    """The fields of a report, and the Message-IDs of what it returns."""
    for fields in (*mail.status_groups, mail.feedback, mail.receipt):
        yield from fields.pairs
    for fields in mail.returned:
        yield "message-id", fields.raw("message-id")
