"""Which of our messages a mail answers: the traces it carries, nearest first; whose they are the store knows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.inbox.headers import read_addresses, read_message_ids
from nurture.inbox.parse import ParsedMail, recipients_of

_PLUS = re.compile(r"[^+@]{1,64}\+([A-Za-z0-9_-]{8,64})@")
_ID_IN_TEXT = re.compile(
    r"^[>\s]{0,20}(?:Original-)?Message-ID:[ \t]{0,10}\n?[> \t]{0,20}(<[^<>\s]{1,500}>)", re.I | re.M
)
_TEXT_LOOKED_AT = 64 * 1024
_MAX_TRACES = 400
_REPORT_ID_FIELDS = ("original-message-id", "x-original-message-id", "original-envelope-id")
_RETURNED_ADDRESS_FIELDS = ("return-path", "reply-to", "from", "list-unsubscribe")


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """`message_ids` with angle brackets, nearest first; `tokens` stood after a plus in an address (`mali+TOKEN@`) and

    may be anybody's invention until their signature is looked at; `from_address` is as written, and forgeable.
    """

    message_ids: tuple[str, ...]
    tokens: tuple[str, ...]
    from_address: str


def answers(mail: ParsedMail) -> References:
    """The traces of the message that `mail` answers, also out of what a delivery report or complaint returns."""
    return References(
        message_ids=tuple(dict.fromkeys(_message_ids(mail)))[:_MAX_TRACES],
        tokens=tuple(dict.fromkeys(_tokens(mail)))[:_MAX_TRACES],
        from_address=mail.from_.email,
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
    for fields in mail.returned:
        yield from reversed(read_message_ids(fields.raw("references")))


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
