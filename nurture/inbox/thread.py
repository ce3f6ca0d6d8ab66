"""Which of our messages a mail answers: the traces it carries, nearest first; whose they are the store knows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.inbox.headers import Fields, read_addresses, read_message_ids
from nurture.inbox.our_link import links_of_ours
from nurture.inbox.parse import ParsedMail, recipients_of

_PLUS = re.compile(r"[^+@]{1,64}\+([A-Za-z0-9_-]{8,64})@")
_ID_IN_TEXT = re.compile(
    r"^[>\s]{0,20}(?:Original-)?Message-ID:[ \t]{0,10}\n?[> \t]{0,20}(<[^<>\s]{1,500}>)", re.I | re.M
)
_ID_IN_HEADER = re.compile(r"<[^<>\s@]{1,250}@[^<>\s]{1,250}>")
_TEXT_LOOKED_AT = 64 * 1024
_MAX_TRACES = 400
_REPORT_ID_FIELDS = ("original-message-id", "x-original-message-id", "original-envelope-id")
_RETURNED_ADDRESS_FIELDS = ("return-path", "reply-to", "from", "list-unsubscribe")
_NAMES_NO_OTHER_MAIL = frozenset(
    {"message-id", "in-reply-to", "references", "content-id", "received", "dkim-signature", "arc-seal"}
    | {"from", "sender", "reply-to", "to", "cc", "bcc", "return-path", "delivered-to", "x-original-to", "envelope-to"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """`message_ids` with angle brackets, nearest first; `tokens` stood after a plus in an address (`mali+TOKEN@`).

    `links` are paths of links such as `u/TOKEN`. Tokens may be anybody's invention until their signature is looked at.
    `from_address`, `from_name` and `reply_to` are as written, and forgeable. `is_answer`: a mail program says that it
    answers some mail, or it carries one; one made of a List-Unsubscribe header does neither.
    """

    message_ids: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    from_address: str
    from_name: str = ""
    reply_to: tuple[str, ...] = ()
    is_answer: bool = True


def answers(mail: ParsedMail) -> References:
    """The traces of the message that `mail` answers, also out of what a delivery report or complaint returns."""
    return References(
        message_ids=tuple(dict.fromkeys(_message_ids(mail)))[:_MAX_TRACES],
        tokens=tuple(dict.fromkeys(_tokens(mail)))[:_MAX_TRACES],
        links=tuple(dict.fromkeys(_links(mail)))[:_MAX_TRACES],
        from_address=mail.from_.email,
        from_name=mail.from_.name,
        reply_to=tuple(address.email for address in mail.reply_to[:5]),
        is_answer=bool(mail.in_reply_to or mail.references or mail.returned),
    )


def _message_ids(mail: ParsedMail) -> Iterator[str]:
    yield from mail.in_reply_to
    yield from reversed(mail.references)
    for fields in mail.returned:
        yield from read_message_ids(fields.raw("message-id"))
    for group in (*mail.status_groups, mail.feedback, mail.receipt):
        for name in _REPORT_ID_FIELDS:
            yield from read_message_ids(group.raw(name))
    # A report without a form of its own pastes the returned header into its text.
    yield from _ID_IN_TEXT.findall(mail.body[:_TEXT_LOOKED_AT])
    yield from _ID_IN_TEXT.findall(mail.returned_text[:_TEXT_LOOKED_AT])
    for fields in mail.returned:
        yield from reversed(read_message_ids(fields.raw("references")))
    yield from _ids_elsewhere(mail.fields)


def _ids_elsewhere(fields: Fields) -> Iterator[str]:
    """Out of headers that some program made for itself: X-Original-Message-ID, X-MS-Exchange-…, Thread-…"""
    for name, value in fields.pairs:
        if name in _NAMES_NO_OTHER_MAIL:
            continue
        if name.endswith("message-id"):
            yield from read_message_ids(value)
        elif b"<" in value:
            yield from _ID_IN_HEADER.findall(value.decode("ascii", "replace"))


def _tokens(mail: ParsedMail) -> Iterator[str]:
    for address in mail.recipients:
        yield from _PLUS.findall(address)
    for fields in mail.returned:
        for name in _RETURNED_ADDRESS_FIELDS:
            for found in read_addresses(fields.raw(name)):
                yield from _PLUS.findall(found.email)
        for address in recipients_of(fields):
            yield from _PLUS.findall(address)
    for name in ("original-mail-from", "original-rcpt-to"):
        yield from _PLUS.findall(mail.feedback.get(name))


def _links(mail: ParsedMail) -> Iterator[str]:
    yield from mail.links
    for fields in mail.returned:
        yield from links_of_ours(fields.get("list-unsubscribe"))
