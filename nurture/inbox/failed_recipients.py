"""Whom a report in a form of its own concerns, and what it says about each of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nurture.inbox.parse import ParsedMail
from nurture.inbox.report_text import returned_recipients

MAX_FAILURES = 50
_MAX_LINES = 600
_SECTION_LINES = 14

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
MAIL_SYSTEM = re.compile(
    r"mailer[ -]?daemon|^post_?master\b|mail-?daemon|mail[ .-]deliver(?:y)?[ .-](?:sub)?(?:system|service|agent)|"
    r"mail administrator|^mailer@|internet mail delivery|^bounces?[@+-]|delivery[ -](?:agent|subsystem|status|system)|"
    r"^mdaemon|^\W?system administrator|^mail ?system|mail router|^non-?delivery|^mail ?gateway|^ndr@",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?:smtp|mailto|rfc822|internet)=", re.IGNORECASE)
_OPENING = r"[<\"'(\[\u201c\u201e\u00ab]{0,3}$"
# The address opens its line, but for what marks a list.
_OPENS_LINE = re.compile(
    r"[\s>*|#\"'<(\[\u2022\u00b7-]{0,40}(?:[45]\d\d[ -](?:[45]\.\d\.\d )?)?"
    r"(?:(?:smtp|mailto|rfc822|to|dda)\s?[:;=]\s?){0,2}" + _OPENING,
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:recipients?|rcpt(?: to)?|to|for|user(?:id)?|address|addressee|mailbox|account|e-?mail|deliver\w{0,4}|reach|"
    r"sent|message|failed|delivering|following|group|alias|said|destinat\w{2,10}|empf\S{1,2}nger|adress?e?|an|a|para|aan|do|"
    r"направлен\w{0,3}|адрес\w{0,4}|получател\w{0,3}|宛先|アドレス|收件人|地址|至|给|到|수신자|받는 사람|ผู้รับ|ถึง)"
    r"\s{0,3}(?:\S{1,12}\s)?[:=;,]?\s{0,5}(?:rfc822\s?;\s?)?" + _OPENING,
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(
    r"(?:\bfrom|sender\w{0,3}|by|contact\w{0,3}|reply-to|\bcc|bcc|help|support|questions?|return-path|message-?id|"
    r"admin\w{0,12}|envelope-?(?:from)?|mail from|write to|e-?mail us at|ask|notify|forward to|instead|"
    r"new (?:e-?mail )?address(?: is)?|reached at|try|\bid|please (?:send )?(?:an? )?(?:e-?)?mail(?: to)?|"
    r"von|absender|de\s?:|отправител\w{0,2}|差出人|发件人|寄件人)\s{0,3}[:=]?\s{0,5}" + _OPENING,
    re.IGNORECASE,
)
_SUMMARY_LINE = re.compile(
    r"\s{0,8}(?:from|to|cc|subject|date|sent|message-id|reply-to|sender|return-path|von|an|betreff|de|a|assunto|asunto|"
    r"mail from|x-[a-z-]{1,30}|received|envelope-from|差出人|件名)\s{0,3}:",
    re.IGNORECASE,
)
_EXPANDED = re.compile(
    r"\(?(?:ultimately )?(?:expanded|generated|forwarded|originally) (?:from|to):?\s{0,3}"
    r"<?([^\s<>()]{1,64}@[^\s<>()]{1,255}?)>?\)?(?=[\s:,]|$)",
    re.IGNORECASE,
)
_IS_BARE = re.compile(r"[\s>*|\"'<(\[-]{0,40}[^\s<>@]{1,80}@[^\s<>@]{1,255}>?[)\]'\",;\s]{0,20}")
_VERP = re.compile(r"[+-]([^@=+\s]{1,64})=([^@=\s]{1,255}\.[^@=\s]{1,60})@")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """`address` was written to, `final` is where that led (empty: nowhere else).

    `about` is what is said of it, `rest` what is said of nobody else.
    """

    address: str
    final: str = ""
    about: str
    rest: str


def failed_recipients(mail: ParsedMail, text: str) -> list[FailedRecipient]:
    """Named by a header, else in the text, else by the returned mail; who gets the report only where nobody else is."""
    named = [found for value in mail.fields.all("x-failed-recipients")[:20] for found in ADDRESS.findall(value)]
    own = {address.lower() for address in (*mail.recipients, mail.from_.email)}
    lines = text.split("\n")[:_MAX_LINES]
    places = list(_places(lines))
    chosen = _unique(named) or _chosen(places, own, returned_recipients(mail))
    chosen = chosen or _unique(match[1] for line in lines for match in _EXPANDED.finditer(line))
    chosen = chosen or _unique(returned_recipients(mail)) or _unique(_verp(mail))
    chosen = chosen or _unique(place.address for place in places if place.is_named)
    sections = sections_of(chosen, lines)
    rest = sections.get("", "") if len(chosen) > 1 else text
    found = [_expanded(address, sections[address.lower()], rest) for address in chosen[:MAX_FAILURES]]
    return list({each.address.lower(): each for each in reversed(found)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address stands; `is_named` where its place says that the failure is about it."""

    address: str
    is_named: bool


def _places(lines: list[str]) -> Iterator[_Place]:
    for index, line in enumerate(lines):
        if "@" not in line:
            continue
        is_summary = _SUMMARY_LINE.match(line) is not None
        for match in list(ADDRESS.finditer(line))[:20]:
            before = line[max(0, match.start() - 80) : match.start()]
            address = _clean(match[0])
            if (
                "@" not in address
                or MAIL_SYSTEM.search(address)
                or _EXPANDED.search(line[max(0, match.start() - 20) :][:300])
            ):
                continue
            opens = _OPENS_LINE.match(before) is not None and match.start() < 80
            if opens and index and not line[:1].isspace():
                before = f"{lines[index - 1][-60:]} {before}"
                opens = not _NOT_MEANT.search(before)
            if _NOT_MEANT.search(before):
                continue
            yield _Place(address, not is_summary and (opens or _LABELLED.search(before) is not None))


def _chosen(places: list[_Place], own: set[str], returned: list[str]) -> list[str]:
    """The named ones; else those that the returned mail was addressed to; else any."""
    others = [place for place in places if place.address.lower() not in own]
    named = [place.address for place in others if place.is_named]
    if named:
        return _unique(named)
    addressed = {address.lower() for address in returned}
    mentioned = [place.address for place in others]
    return _unique(address for address in mentioned if address.lower() in addressed) or (
        [] if returned else _unique(mentioned)
    )


def _unique(addresses: Iterator[str] | list[str]) -> list[str]:
    return list({address.lower(): address for address in list(addresses)[::-1]}.values())[::-1][:MAX_FAILURES]


def _verp(mail: ParsedMail) -> Iterator[str]:
    """The address that a return path of ours carries (`bounce+neko=example.jp@`), as many senders make them."""
    for address in mail.recipients[:10]:
        yield from (f"{local}@{domain}" for local, domain in _VERP.findall(address))


def _expanded(address: str, about: str, rest: str) -> FailedRecipient:
    match = _EXPANDED.search(about[:1_000])
    if match and match[1].lower() != address.lower():
        return FailedRecipient(address=match[1], final=address, about=about, rest=rest)
    return FailedRecipient(address=address, about=about, rest=rest)


def sections_of(addresses: Iterable[str], lines: list[str]) -> dict[str, str]:
    """What is said of each of `addresses`: from a line that names it to one that names another.

    Addresses that stand below each other share what follows them. The line above the first of them belongs to it: some
    say the reason there. Under the empty address stands what is said of none.
    """
    wanted = {address.lower() for address in addresses}
    sections: dict[str, list[str]] = {address: [] for address in wanted}
    current: set[str] = set()
    is_bare, left, above = False, 0, ""
    for line in lines[:_MAX_LINES]:
        here = {_clean(found).lower() for found in ADDRESS.findall(line)[:20]} & wanted if "@" in line else set()
        if here:
            if not current:
                for address in here:
                    sections[address].append(above)
            current = current | here if is_bare else here
            is_bare, left = _IS_BARE.fullmatch(line) is not None, _SECTION_LINES
        elif line.strip():
            is_bare, above = False, line
        for address in current if left > 0 else ("",):
            sections.setdefault(address, []).append(line)
        left -= 1
    return {address: "\n".join(found) for address, found in sections.items()}


def _clean(address: str) -> str:
    return _PREFIX.sub("", address).strip(".'")
