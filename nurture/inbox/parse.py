"""A mail's bytes as the plain value that threading and judging read. Nothing in a mail makes it raise or run long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.inbox.headers import (
    Address,
    Fields,
    read_addresses,
    read_date,
    read_fields,
    read_message_ids,
)
from nurture.inbox.html_text import HtmlText, read_html, to_text
from nurture.inbox.mime import MAX_TEXT_BYTES, Mime, Part, walk
from nurture.inbox.our_link import MOST_LINKS, links_of_ours

_RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "to", "cc")
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADER_TYPES = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_MAX_GROUPS = 200
_OLDEST_DATE = timedelta(days=30)
_MAX_REPORT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """What a mail says, decoded. Text lines end in LF; ids keep their angle brackets; addresses stand as written.

    `fields` are the top header. `recipients` come from Delivered-To and its like before To and Cc.
    In `text_html_unquoted` a line with `>` or dashes stands where the HTML quotes another mail.
    `status_groups` are the field groups of a delivery report (RFC 3464: the first about the message, then one for each
    recipient), not of one that somebody forwards; `feedback` the fields of a complaint (RFC 5965), `receipt` those of
    a read receipt (RFC 8098); `returned` the headers of messages that the mail carries, `returned_text` the text of
    the first of them. `links` are paths that look like those of our own links, out of every text and address in it.
    `is_truncated`: a cap cut something, or only the beginning was fetched.
    """

    fields: Fields
    content_type: str
    report_type: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_: Address
    reply_to: tuple[Address, ...]
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    has_null_return_path: bool
    text_plain: str
    text_html: str
    text_html_unquoted: str
    status_groups: tuple[Fields, ...]
    feedback: Fields
    receipt: Fields
    returned: tuple[Fields, ...]
    returned_text: str
    links: tuple[str, ...]
    is_truncated: bool

    def written_at(self, now: datetime) -> datetime:
        """When it says that it was written, which `tomorrow` in it counts from; `now` where that cannot be true."""
        return self.date if self.date and timedelta(0) <= now - self.date < _OLDEST_DATE else now

    @property
    def body(self) -> str:
        """The plain text, or the text of the HTML where there is no other."""
        return self.text_plain if self.text_plain.strip() else self.text_html


def parse(raw: bytes, *, is_partial: bool = False) -> ParsedMail:
    """The mail in `raw`; `is_partial` says that only its beginning was fetched. Never raises."""
    mime = walk(raw)
    fields = mime.fields
    collected = _collect(mime)
    html = read_html("\n".join(collected.html)) if collected.html else HtmlText(whole="", unquoted="")
    sender = read_addresses(fields.raw("from")) or read_addresses(fields.raw("sender"))
    ids = read_message_ids(fields.raw("message-id"))
    return ParsedMail(
        fields=fields,
        content_type=mime.content_type,
        report_type=mime.parameters.get("report-type", "").lower() if mime.content_type == "multipart/report" else "",
        message_id=ids[0] if ids else None,
        in_reply_to=read_message_ids(fields.raw("in-reply-to")),
        references=read_message_ids(fields.raw("references")),
        # `MAILER-DAEMON <>` has no address, yet says who wrote.
        from_=sender[0] if sender else Address(email="", name=fields.get("from")[:200]),
        reply_to=read_addresses(fields.raw("reply-to")),
        recipients=tuple(dict.fromkeys(recipients_of(fields))),
        subject=fields.get("subject"),
        date=read_date(fields.raw("date")),
        has_null_return_path=fields.raw("return-path").replace(b" ", b"").startswith(b"<>"),
        text_plain="\n".join(collected.plain),
        text_html=html.whole,
        text_html_unquoted=html.unquoted,
        status_groups=tuple(collected.status_groups),
        feedback=collected.feedback,
        receipt=collected.receipt,
        returned=tuple(collected.returned),
        returned_text=collected.returned_text,
        links=tuple(collected.links),
        is_truncated=mime.is_truncated or is_partial or collected.room <= 0,
    )


def recipients_of(fields: Fields) -> Iterator[str]:
    """Every address that a header names as recipient, what the last relay noted before what the writer wrote."""
    for wanted in _RECIPIENT_FIELDS:
        for name, value in fields.pairs:
            if name == wanted:
                yield from (address.email for address in read_addresses(value))


class _Collected:
    """What the parts of one mail add up to; `room` is how many bytes of text may still be decoded."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.status_groups: list[Fields] = []
        self.feedback = Fields()
        self.receipt = Fields()
        self.returned: list[Fields] = []
        self.returned_text = ""
        self.links: dict[str, None] = {}
        self.room = MAX_TEXT_BYTES


def _collect(mime: Mime) -> _Collected:
    into = _Collected()
    for part in mime.parts:
        if part.content_type in _STATUS_TYPES and part.message_depth == 0:
            groups = _groups(mime.bytes_of(part, _MAX_REPORT_BYTES))
            into.status_groups.extend(groups[: _MAX_GROUPS - len(into.status_groups)])
        elif part.content_type == "message/feedback-report" and part.message_depth == 0:
            into.feedback = _merged(_groups(mime.bytes_of(part, _MAX_REPORT_BYTES)))
        elif part.content_type in _RECEIPT_TYPES and part.message_depth == 0:
            into.receipt = _merged(_groups(mime.bytes_of(part, _MAX_REPORT_BYTES)))
        elif part.content_type in _HEADER_TYPES or part.content_type.startswith("message/"):
            into.returned.extend(_groups(mime.bytes_of(part, _MAX_REPORT_BYTES), most=1))
        elif part.content_type.startswith("text/"):
            _add_text(mime, part, into)
    return into


def _add_text(mime: Mime, part: Part, into: _Collected) -> None:
    """Text that people see. Of messages inside the mail only the first text is kept, beside the mail's own."""
    if into.room <= 0 or (part.message_depth > 0 and into.returned_text):
        return
    if part.is_attachment and part.message_depth == 0 and (into.plain or into.html):
        return
    text = mime.text_of(part, into.room)
    into.room -= min(part.end - part.start, len(text))
    if len(into.links) < MOST_LINKS:
        into.links.update(dict.fromkeys(links_of_ours(text)))
    if part.message_depth > 0:
        into.returned_text = to_text(text) if part.content_type == "text/html" else text
    elif part.content_type == "text/html":
        into.html.append(text)
    elif part.content_type in ("text/plain", "text/x-plain", "text/enriched") or not into.plain:
        into.plain.append(text)


def _groups(body: bytes, *, most: int = _MAX_GROUPS) -> list[Fields]:
    """Groups of fields with blank lines between them, as delivery reports are made of."""
    groups: list[Fields] = []
    place = 0
    while place < len(body) and len(groups) < most:
        fields, following, _ = read_fields(body, place, len(body))
        if fields.pairs:
            groups.append(fields)
        place = max(following, place + 1)
    return groups


def _merged(groups: list[Fields]) -> Fields:
    return Fields(tuple(pair for group in groups for pair in group.pairs))
