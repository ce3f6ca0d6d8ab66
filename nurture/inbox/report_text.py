"""What a mail system itself wrote into its report, without the mail that it returns below."""

import re
from collections.abc import Collection, Iterator

from nurture.inbox.headers import Fields, read_addresses, read_fields
from nurture.inbox.parse import ParsedMail

_TEXT_LOOKED_AT = 32_000
_MAX_LINE = 1_000
_MAX_GROUPS = 50

_RETURNED_BELOW = re.compile(
    # A header that begins in the first column; summaries of the mail are set in.
    r">?[ ]?(?:return(?:ed)?[- ]path\s{0,3}:|received: (?:from|by|\()|message-id\s{0,3}:)|"
    r"[\s>*#_=+-]{0,80}(?:"
    r"(?:this|here|below|included|attached|following)\S{0,1} (?:is|are) (?:a |the )?(?:full |complete )?"
    r"(?:copy|first|header|original|returned|part)|below this line|included is a copy|"
    r"(?:the )?(?:header of the )?(?:original|returned|bounced|unsent|undelivered|rejected|your) "
    r"(?:message|e-?mail|mail|text|header|letter)s?\b(?! (?:was|is|could|has|have|can|did|will|to|from|sent|with|size|"
    r"received|cannot|couldn|for|on|not|exceed|been|that|and|$))[^.]{0,60}$|"
    r"message (?:headers?|contents?|text|follows|body)\b.{0,40}$|"
    r"(?:original|here is|a copy of) .{0,40}(?:follow|below|headers)|"
    r"headers? of (?:the|your)|unsent message|begin(?:ning)? of (?:the )?(?:original|returned)|"
    r"ursprueng?liche|originalnachricht|(?:message|courriel) (?:d'origine|original)\s{0,3}[:-]|"
    r"mensaje original|messaggio originale|mensagem original|исходное (?:сообщение|письмо)|"
    r"元のメッセージ|原始邮件|原始郵件|원본 메시지)",
    re.IGNORECASE,
)
_GROUP_START = re.compile(r"[ \t]{0,8}(?:(?:original|final)-recipient|reporting-mta)[ \t]{0,4}:", re.IGNORECASE)
_GROUP_FIELD = re.compile(
    r"[ \t]{0,8}(?:(?:original|final)-recipient|x-actual-recipient|action|status|diagnostic-code|"
    r"(?:remote|reporting)-mta|received-from-mta|arrival-date|last-attempt-date|will-retry-until|final-log-id|original-envelope-id|"
    r"x-[a-z0-9-]{1,40})[ \t]{0,4}:",
    re.IGNORECASE,
)
_PASTED_RECIPIENT = re.compile(
    r"[> \t]{0,20}(?:to|x-rcpt-to|delivered-to|envelope-to)[ \t]{0,4}:(.{1,500})", re.IGNORECASE
)
_RECEIVED_FOR = re.compile(rb"\bfor <?([^\s<>;]{1,64}@[^\s<>;]{1,255})>?")


def said(mail: ParsedMail) -> str:
    """What the mail system wrote; both parts where plain text and HTML stand beside each other and one says little."""
    text = _above_returned(mail.body)
    return text if len(text.strip()) >= 40 or not mail.text_html else f"{text}\n{_above_returned(mail.text_html)}"


def _above_returned(text: str) -> str:
    kept: list[str] = []
    for line in text[:_TEXT_LOOKED_AT].split("\n"):
        if _RETURNED_BELOW.match(line) and any(part.strip() for part in kept):
            break
        kept.append(line[:_MAX_LINE])
    return "\n".join(kept)


def our_domains(mail: ParsedMail) -> frozenset[str]:
    """The domains that the returned mail was sent from, and that the report came to."""
    senders = [
        found.email
        for fields in mail.returned[:1]
        for name in ("return-path", "from")
        for found in read_addresses(fields.raw(name))
    ]
    domains = (address.rpartition("@")[2].lower() for address in (*senders[:10], *mail.recipients[:10]))
    return frozenset(domain for domain in domains if "." in domain)


def without_ours(text: str, ours: Collection[str], recipient: str) -> str:
    """The text with `<ours>` for our own hosts: whatever is wrong with them is not wrong with `recipient`."""
    for domain in ours:
        if not f".{recipient.rpartition('@')[2].lower()}".endswith(f".{domain}"):
            host = rf"(?<![\w@.-])(?:[\w-]{{1,63}}\.){{0,4}}{re.escape(domain)}(?![\w-]|\.\w)"
            text = re.sub(host, "<ours>", text, flags=re.IGNORECASE)
    return text


def groups_in_text(mail: ParsedMail) -> list[Fields]:
    """The field groups of RFC 3464 where broken MIME left them in the text; empty where none stand there."""
    lines = mail.body[:_TEXT_LOOKED_AT].split("\n")
    groups: list[list[str]] = []
    is_open = False
    for line in lines:
        if _GROUP_START.match(line) and not is_open:
            groups.append([])
            is_open = True
        if is_open and (_GROUP_FIELD.match(line) or (groups[-1] and line[:1] in (" ", "\t") and line.strip())):
            groups[-1].append(line if not _GROUP_FIELD.match(line) else line.strip())
        elif line.strip() or (groups and groups[-1]):
            is_open = False
        if len(groups) > _MAX_GROUPS:
            break
    return [_fields("\n".join(group)) for group in groups if group]


def _fields(text: str) -> Fields:
    data = text.encode("utf-8", "replace")
    return read_fields(data, 0, len(data))[0]


def returned_recipients(mail: ParsedMail) -> list[str]:
    """Whom the returned mail was addressed to: its To, else a pasted one, else what its last hop noted."""
    found = [address.email for fields in mail.returned[:1] for address in read_addresses(fields.raw("to"))]
    return (
        found
        or list(_pasted(mail.body))
        or [
            match[1].decode("ascii", "replace")
            for fields in mail.returned[:1]
            for name, value in fields.pairs
            if name == "received" and (match := _RECEIVED_FOR.search(value[:2_000]))
        ][:1]
    )


def _pasted(text: str) -> Iterator[str]:
    is_below = False
    for line in text[:_TEXT_LOOKED_AT].split("\n"):
        is_below = is_below or _RETURNED_BELOW.match(line) is not None
        match = _PASTED_RECIPIENT.match(line) if is_below else None
        if match:
            yield from (address.email for address in read_addresses(match[1].encode()))
            return
