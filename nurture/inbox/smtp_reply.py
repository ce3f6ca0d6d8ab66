"""What is said in the language of SMTP inside a text: reply codes, enhanced statuses (RFC 3463), and which command it
was that got the answer.
"""

import re
from typing import Literal

MAX_TEXT = 8_000
"""More than any server says about one recipient."""

Command = Literal["connect", "mail", "rcpt", "data", ""]

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,2})\.(\d{1,3})\b(?!\.\d)")
_REPLY = re.compile(r"(?:^|[\s;:<(\[#'\"-])([45]\d\d)(?=[\s:-])")
_PERMANENT_REPLY = re.compile(r"(?:^|[\s;:<(\[#'\"-])(5\d\d)(?=[\s:,-])")
_SAYS_LITTLE = (".0.0", ".1.0", ".3.0")

# Sendmail sends RCPT and DATA together and prints the last line that it wrote: an answer beside which it is told that
# a recipient is missing was the answer to RCPT.
_RECIPIENT_MISSING = re.compile(r"<<< 503[^\n]{0,40}\b(?:need )?rcpt", re.IGNORECASE)
_SENT = r"(?:>>>|-->|sent <<<|sent:) {0,3}"
_COMMANDS: tuple[tuple[Command, str], ...] = (
    (
        "data",
        r"end of data|end of message|(?:after|to|for|our|command)[ :]{1,3}(?:the )?(?:pipelined )?(?:data|text)\b|"
        r"after i sent the message|after sending (?:the )?(?:message|data)|"
        r"\b(?:data|text|bdat) (?:command|phase|send)|\[body\]|\[data\]|\bstep: data|"
        rf"{_SENT}(?:data|\.|bdat)|smtp command\s+data\b",
    ),
    (
        "rcpt",
        r"\brcpt[ _]to (?:command|response|phase)|(?:after|to|for|our|at|during|response) (?:the )?(?:pipelined )?"
        rf"rcpt\b|\[rcpt_to\]|{_SENT}rcpt|does not like recipient|step: rcpt|smtp command\s+rcpt\b|"
        r"\brcpt (?:command|to:<)|recipient address rejected by|\(state 14\)",
    ),
    (
        "mail",
        r"(?:after|to|for|our|at|during|response) (?:the )?(?:pipelined )?mail[ _]from|mail from command|"
        rf"{_SENT}mail from|does not like (?:the )?sender|sender was rejected|\[mail_from\]|\(state 13\)|step: mail",
    ),
    (
        "connect",
        r"refused to talk to me|after initial connection|initial (?:server )?greeting|helo command|ehlo command|"
        r"(?:after|to|for|our) (?:helo|ehlo|lhlo|starttls|auth)\b|>>> (?:helo|ehlo)|greeting failed|"
        r"while performing the (?:initial|[eh]{2}lo)",
    ),
)
_COMMAND_PATTERNS = tuple((command, re.compile(pattern, re.IGNORECASE)) for command, pattern in _COMMANDS)


def statuses_in(text: str) -> list[str]:
    """The enhanced statuses in `text`, in order."""
    return ["{}.{}.{}".format(*match) for match in _STATUS.findall(text[:MAX_TEXT])]


def status_in(text: str) -> str:
    """The first refusing enhanced status in `text` that says more than x.0.0; else the first at all; else empty.

    >>> status_in("550 5.0.0 said: 550 5.1.1 unknown"), status_in("550 5.0.0 no"), status_in("version 5.1")
    ('5.1.1', '5.0.0', '')
    """
    found = [status for status in statuses_in(text) if not status.startswith("2")]
    return next((status for status in found if not status.endswith(_SAYS_LITTLE)), next(iter(found), ""))


def says_little(status: str) -> bool:
    """Whether a status is empty or names no more than a class of trouble."""
    return not status or status.endswith(_SAYS_LITTLE)


def has_reply_code(text: str) -> bool:
    """Whether a refusing SMTP reply or enhanced status stands in `text`."""
    text = text[:MAX_TEXT]
    return _REPLY.search(text) is not None or any(status[0] in "45" for status in statuses_in(text))


def has_permanent_reply(text: str) -> bool:
    return _PERMANENT_REPLY.search(text[:MAX_TEXT]) is not None


def command_in(text: str) -> Command:
    """The command that a server refused, as far as the text tells.

    >>> command_in("said: 550 no such user (in reply to end of DATA command)"), command_in("550 no such user")
    ('data', '')
    """
    text = text[:MAX_TEXT]
    if _RECIPIENT_MISSING.search(text):
        return "rcpt"
    return next((command for command, pattern in _COMMAND_PATTERNS if pattern.search(text)), "")
