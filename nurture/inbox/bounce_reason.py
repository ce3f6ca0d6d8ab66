"""Why a mail could not be delivered, out of what servers say in words and codes, and whether that is for good.

Only the reason tells: of real failures with a 5.x.x status little more than half mean that the address is dead.
"""

import re
import unicodedata
from dataclasses import dataclass

from nurture.domain.verdict import HARD_REASONS
from nurture.inbox.bounce_phrases import PHRASES
from nurture.inbox.bounce_phrases_recipient import LIKELY_UNKNOWN
from nurture.inbox.smtp_reply import MAX_TEXT, Command, command_in, has_permanent_reply, says_little, status_in


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReason:
    """`word` is one of FAILURE_REASONS; `is_hard` means that the address will not work again; `status` may be empty.

    `is_known` False: a guess from a bare code, or nothing at all.
    """

    word: str
    is_hard: bool = False
    is_known: bool = True
    status: str = ""


_BY_DETAIL = {
    "1.0": "", "1.1": "user unknown", "1.2": "domain unknown", "1.3": "user unknown", "1.4": "user unknown",
    "1.6": "moved away", "1.7": "sender refused", "1.8": "sender refused", "1.9": "protocol broken",
    "1.10": "domain takes no mail",
    "2.0": "", "2.1": "address disabled", "2.2": "mailbox full", "2.3": "message too large", "2.4": "recipient refused",
    "3.1": "mailbox full", "3.2": "trouble at the receiving server", "3.4": "message too large",
    "4.2": "server not reached", "4.4": "domain unknown", "4.6": "server not reached", "4.7": "not accepted in time",
    "5.3": "too much mail", "5.4": "protocol broken",
    "6.1": "content refused", "7.0": "", "7.7": "sender not authenticated", "7.13": "address disabled",
    "7.17": "moved away", "7.20": "sender not authenticated", "7.21": "sender not authenticated",
    "7.22": "sender not authenticated", "7.23": "sender not authenticated", "7.24": "sender not authenticated",
    "7.25": "sending server unnamed", "7.26": "sender not authenticated", "7.27": "domain takes no mail",
    "7.28": "too much mail", "7.30": "access denied", "7.8": "access denied", "7.3": "access denied",
}  # fmt: skip
_BY_SUBJECT = {
    "3": "trouble at the receiving server", "4": "server not reached", "5": "", "6": "content refused",
    "7": "refused by policy",
}  # fmt: skip
# Words that fit any trouble: a status that names one says more.
_VAGUE = frozenset(
    {
        "server not reached",
        "trouble at the receiving server",
        "asked to come later",
        "refused by policy",
        "protocol broken",
        "not accepted in time",
        "access denied",
    }
)
_TELLING = frozenset(
    {"user unknown", "domain unknown", "moved away", "domain takes no mail", "mailbox full", "message too large"}
)

# The code in front counts where no status says otherwise.
_PASSING_REPLY = re.compile(r"\W{0,3}(?:smtp;? {0,3})?4\d\d[ -](?![^\n]{0,80}\b5\.\d\.\d)", re.IGNORECASE)
_LINK = re.compile(r"\bhttps?://[^\s<>]{1,500}", re.IGNORECASE)
_ADDRESS = re.compile(r"<?[^\s<>()\[\]\"';,:=]{1,64}@[^\s<>()\[\]\"';,:=]{1,255}>?")
_HOST = re.compile(r"(?<![\w.@-])(?:[a-z0-9_-]{1,63}\.){1,8}[a-z][a-z0-9-]{1,23}\b\.?(?![\w(])")
_BLOCK_LIST = re.compile(r"spamhaus|spamcop|barracudacentral|sorbs|uceprotect|abuseat|dnsbl|\brbl\b|blocklist", re.I)
# A gateway says this before every refusal that it passes on.
_SAYS_NOTHING = re.compile(r"5\.1\.0 - unknown address error(?= \d{3})", re.IGNORECASE)
# Codes in mid-sentence: each line of a long reply begins with them.
_CONTINUED = re.compile(r"(?<!\d)[245]\d\d(?:-(?:#?[245]\.\d{1,3}\.\d{1,3}[ -]?)?| #?[245]\.\d{1,3}\.\d{1,3} )")
_HYPHENED = re.compile(r"\b(mail|in|user|e)-(box|name|mail)", re.IGNORECASE)
_MERE_LABEL = re.compile(r"recipient address rejected\s?: (?!access denied)", re.IGNORECASE)
_FOLDED = {
    code: base
    for code in (*range(0xC0, 0x250), *range(0x386, 0x3CF))
    if (base := unicodedata.normalize("NFKD", chr(code))[0]) != chr(code) and (base.isascii() or code > 0x250)
}
_BETWEEN_LETTERS = re.compile(r"(?<=[\u3040-\u30ff\u4e00-\u9fff]) (?=[\u3040-\u30ff\u4e00-\u9fff])")
_LOCAL_PROGRAM = re.compile(r"\s{0,5}x-unix\s{0,5};\s{0,9}\S", re.IGNORECASE)
# Of a name or a user that is not found for the moment.
_FOR_NOW = re.compile(
    r"(?:found|failure|failed|error|lookup|resolv\w{1,4})\W{1,3}(?:please )?try again\b(?! with)|"
    r"temporar\w{2,3} (?:\w{1,20} ){0,2}(?:error|fail|lookup|name|dns|resol|unknown)|"
    r"(?:error|fail\w{0,4})\b[^;\n]{0,80}\btemporar|(?:at the|for the) moment|right now",
    re.IGNORECASE,
)
# Sentences that nobody writes into a filter's answer; the bare formula filters write gladly.
_SURE = re.compile(
    r"doesn't have (?:a|an)\b|that you tried to reach|no longer|account[^.;]{0,30}(?:terminated|closed|deleted|"
    r"discontinued)|mail ?box (?:is )?(?:unavailable|not found)|no mail ?box|does not exist here|"
    r"address (?:couldn't|could not) be found|address not found|\b542 ",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"(?:user|recipient) unknown|unknown user(?!\s?:)|no such user|user (?:does )?not exist", re.IGNORECASE
)


def bounce_reason(status: str, text: str, command: Command = "", beside: str = "") -> BounceReason:
    """The reason out of an enhanced status (RFC 3463, may be empty), what the server said, and which command it

    refused (looked for in the text where it is not given); soft when in doubt. `beside` is what else was said about it.

    >>> bounce_reason("5.1.1", "550 5.1.1 <neko@example.jp>... User unknown").word
    'user unknown'
    """
    text = _SAYS_NOTHING.sub(" ", text[:MAX_TEXT])
    said = status_in(text)
    status = said if said and (says_little(status) or not says_little(said)) else status
    command = command or command_in(text)
    word = _by_words(text)
    if word == LIKELY_UNKNOWN:
        word = "user unknown" if _answers_rcpt(status, command) else "recipient refused"
    code = _by_code(status)
    if _LOCAL_PROGRAM.match(text):
        word = word if word and word not in HARD_REASONS else "delivery program failed"
    elif code in _TELLING and (word in _VAGUE or not word):
        word = code
    is_known = bool(word)
    word = word or code
    if not word:
        return BounceReason(word="no reason understood", is_known=False, status=status)
    is_hard = word in HARD_REASONS
    if is_hard and (_FOR_NOW.search(text) or (says_little(status) and _PASSING_REPLY.match(text))):
        return BounceReason(
            word="server not reached" if word == "domain unknown" else "asked to come later", status=status
        )
    if is_hard and code in ("sender refused", "content refused"):
        return BounceReason(word=code, status=status)
    if is_hard and command in ("connect", "mail") and not _is_about_recipient(status):
        return BounceReason(word="sender refused", status=status)
    if word == "user unknown" and not _is_sure(status, text, command, beside):
        return BounceReason(word="recipient refused", is_known=is_known, status=status)
    # What is refused for now is not refused for good, whatever it is called.
    return BounceReason(word=word, is_hard=is_hard and not status.startswith("4"), is_known=is_known, status=status)


def _is_about_recipient(status: str) -> bool:
    return status.startswith("5.1.") and status not in ("5.1.0", "5.1.7", "5.1.8", "5.1.9")


def _answers_rcpt(status: str, command: Command) -> bool:
    return status.startswith(("5.1.", "4.1.", "5.5.")) or command == "rcpt"


def _is_sure(status: str, text: str, command: Command, beside: str) -> bool:
    """Whether an unknown user is one indeed.

    A server that knows its users says so in answer to RCPT, with a status about addresses, or in a whole sentence.
    The bare formula `user unknown` for a whole message, after the recipient was accepted, is what filters of mobile
    carriers and their like say.
    """
    if _answers_rcpt(status, command) or _SURE.search(f"{text}\n{beside[:MAX_TEXT]}"):
        return True
    return not (command or has_permanent_reply(text) or _FORMULA.search(text))


def _by_words(text: str) -> str:
    """The first reason whose words stand in `text`; empty where none do."""
    text = plain(text)
    return next((word for word, pattern in PHRASES if pattern.find(text)), "")


def plain(text: str) -> str:
    """The text as the phrases want it: one line, no accents, and nothing that only looks like words."""
    text = _CONTINUED.sub(" ", text.translate(_FOLDED).encode("utf-8", "replace").decode())
    text = _HYPHENED.sub(r"\1\2", text)
    text = _ADDRESS.sub("<>", _LINK.sub(lambda found: " dnsbl " if _BLOCK_LIST.search(found[0]) else " ", text))
    text = _HOST.sub(lambda found: "dnsbl" if _BLOCK_LIST.search(found[0]) else "<host>", text)
    return _MERE_LABEL.sub("", _BETWEEN_LETTERS.sub("", " ".join(text.split())))


def _by_code(status: str) -> str:
    kind, _, detail = status.partition(".")
    if kind not in ("4", "5"):
        return ""
    found = _BY_DETAIL.get(detail)
    return _BY_SUBJECT.get(detail.partition(".")[0], "") if found is None else found
