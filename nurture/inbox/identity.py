"""What tells one mail from another wherever it lies: its Message-ID, or else what it says."""

import hashlib
import re

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
