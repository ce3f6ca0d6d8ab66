"""Why a mail could not be delivered, out of what servers say in words and codes, and whether that is for good.

Only the reason tells: of real failures with a 5.x.x status little more than half mean that the address is dead.
"""

import re
from dataclasses import dataclass

_MAX_TEXT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReason:
    """`word` is shown to people; `is_hard` means that the address will not work again. `is_known` False: a guess."""

    word: str
    is_hard: bool = False
    is_known: bool = True


_FULL = BounceReason(word="mailbox full")
_TOO_BIG = BounceReason(word="message too large")
_SPAM = BounceReason(word="taken for spam")
_POLICY = BounceReason(word="refused by policy")
_AUTHENTICATION = BounceReason(word="sender not authenticated")
_DISABLED = BounceReason(word="address disabled", is_hard=True)
_USER = BounceReason(word="user unknown", is_hard=True)
_DOMAIN = BounceReason(word="domain unknown", is_hard=True)
_MOVED = BounceReason(word="moved away", is_hard=True)
_REFUSES_MAIL = BounceReason(word="domain takes no mail", is_hard=True)
_SLOW_DOWN = BounceReason(word="asked to come later")
_NETWORK = BounceReason(word="server not reached")
_SYSTEM = BounceReason(word="trouble at the receiving server")
_UNKNOWN = BounceReason(word="no reason understood", is_known=False)

# Asked in this order: a refusal for policy often says "recipient rejected" too, and a full mailbox "unavailable".
_PHRASES: tuple[tuple[BounceReason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (
            _FULL,
            r"quota|mail(?:box|drop|folder)? (?:is |size )?(?:full|exceed)|mailbox.{0,40}(?:full|exceeds)|"
            r"storage (?:limit|space|exceed)|insufficient (?:disk|storage|system storage)|mailfolder is full|"
            r"(?:over|exceeded).{0,20}(?:storage|allocated)|not enough (?:disk )?space|out of storage|"
            r"too much mail data|กล่องจดหมายเต็ม|พื้นที่.{0,20}เต็ม|boîte.{0,20}pleine|postfach.{0,20}voll",
        ),
        (
            _TOO_BIG,
            r"message (?:size|length|file size|body)?.{0,15}exceed|"
            r"(?:message|mail|email|attachment).{0,20}(?:too|is) (?:big|large)|size limit|"
            r"maximum (?:allowed )?(?:message )?size|exceeds.{0,20}(?:size|limit of)|messagetoolarge",
        ),
        (
            _AUTHENTICATION,
            r"\bdmarc\b|\bspf\b|\bdkim\b|sender policy framework|unauthenticated (?:mail|email)|"
            r"authentication (?:required|failed|checks)|authrequired|not authenticated|reverse (?:dns|lookup)|"
            r"\bptr\b|does not resolve|cannot find your (?:host|reverse)",
        ),
        (
            _SPAM,
            r"\bspam|\bube\b|unsolicited|\bjunk|bulk (?:mail|email)|content (?:rejected|filter|restriction)|"
            r"high.{0,20}score|\bvirus|malware|phish|looks like|infected|banned (?:file|content)|"
            r"blacklisted url|offensive content",
        ),
        (
            _POLICY,
            r"block(?:ed|list|ing)|black ?list|\brbl\b|dnsbl|reputation|poor|abus(?:e|ive)|policy|client host|"
            r"banned|relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted))|"
            r"not (?:allowed|permitted|authorized) to|denied by|"
            r"sender (?:address )?(?:rejected|denied|verify failed|not)|access denied.{0,80}(?:ip|host|sender)|"
            r"restrict|refused.{0,30}(?:your|ip)|prohibited|without permission|non-?compliant|not RFC|"
            r"bare (?:lf|cr|line)|header.{0,40}(?:missing|invalid|duplicate)|must issue a starttls|"
            r"too many recipients",
        ),
        (
            _SLOW_DOWN,
            r"gr[ea]y-?list|try again|come back|too (?:many|fast|much)|rate limit|throttl|"
            r"temporar(?:y|ily) (?:deferred|rejected|defer)|connection limit|deferred due to|later on|at a later",
        ),
        (
            _DISABLED,
            r"(?:account|mailbox|user|address|recipient|email|customer).{0,60}(?:disabled|suspended|inactive|"
            r"closed|deactivated|deleted|expired|locked|terminated|discontinued|not active|no longer (?:active|"
            r"valid|available|accept|exist|in use|on server|monitor))|"
            r"no longer (?:valid|available|accept|in use|work|employ|with)|"
            r"(?:disabled|inactive|suspended|expired) (?:account|user|mailbox|address|recipient)|"
            r"บัญชี.{0,30}(?:ถูกระงับ|ปิด)",
        ),
        (
            _DOMAIN,
            r"(?:host|domain|domain name|server|nameserver)(?: or domain name)?.{0,30}(?:not found|unknown|"
            r"does ?n.t exist|no such|invalid|cannot be found|unresolvable)|"
            r"(?:unknown|invalid|no such|bad|illegal) (?:host|domain|mail server)|nxdomain|"
            r"name (?:or )?service (?:not known|error)|unable to (?:resolve|find).{0,30}(?:host|domain)|"
            r"couldn'?t find any host|no (?:mx|a|mail).{0,20}(?:record|server|host)|dns error|hostunknown|"
            r"illegal host|domain.{0,20}does not exist",
        ),
        (
            _REFUSES_MAIL,
            r"does not accept (?:mail|email)|null ?mx|domain (?:is )?(?:not accepting|accepts no) mail|"
            r"(?:no|not accept).{0,20}smtp service|host.{0,40}does not (?:accept|receive) mail",
        ),
        (
            _MOVED,
            r"has (?:been )?moved|new address is|no forwarding|please (?:use|update).{0,40}(?:new )?address|"
            r"has been replaced by",
        ),
        (
            _USER,
            r"(?:user|account|mailbox|recipient|address|addressee|person|name|alias|username|mail ?box|login|list|"
            r"destination|local part)\b.{0,70}(?:unknown|not (?:found|exist|known|listed|valid|recogni[sz]ed|"
            r"have)|does ?n.t (?:exist|have)|doesn.t|no such|invalid|not a (?:known|valid)|rejected|unavailable|"
            r"isn.t|undeliverable|not local|could not be found|cannot be found|wasn.t found|not our|"
            r"not associated|unrouteable)|"
            r"(?:unknown|no such|invalid|bad|unrecogni[sz]ed|nonexistent|non-existent|undeliverable|illegal|"
            r"incorrect|no) (?:local )?(?:e-?mail |mail |smtp |virtual |recipient |destination |local )?(?:user|"
            r"account|mailbox|recipient|address|addressee|person|alias|mail ?box)|"
            r"user ?unknown|unrouteable address|recipnotfound|recipientnotfound|no mail ?box|"
            r"not (?:a )?(?:valid|known) (?:user|mailbox|recipient|address)|"
            r"address(?:es)? (?:could )?not (?:be )?(?:found|recogni[sz]ed)|"
            r"adresse.{0,40}(?:inconnue|unbekannt|existe pas)|empfänger.{0,40}(?:unbekannt|nicht)|"
            r"ไม่พบ.{0,20}(?:ผู้ใช้|ที่อยู่|ผู้รับ)|usuario.{0,20}(?:desconocido|no existe)",
        ),
        (
            _NETWORK,
            r"time(?:d)? ?out|connection (?:refused|reset|lost|died|dropped|closed|was)|"
            r"(?:could|can)(?: ?not|'t) connect|no route|unreachable|network|too many hops|hop count|"
            r"routing loop|loops? back|mail loop|expired|retry time|retry timeout|could not be delivered for|"
            r"delivery time|bad connection|not (?:been )?(?:able|responding)|unable to (?:connect|deliver)|"
            r"delayed|tls (?:is )?(?:required|handshake)|certificate",
        ),
        (
            _SYSTEM,
            r"system (?:error|problem|config)|local (?:error|configuration)|internal (?:error|server)|resources|"
            r"disk|i/o error|config(?:uration)? error|temporary|service (?:unavailable|not available)|"
            r"cannot (?:create|open|append)|mailer|exit|queue|program",
        ),
    )
)

_BY_DETAIL = {
    "1.1": _USER, "1.3": _USER, "1.7": _POLICY, "1.8": _POLICY, "1.6": _MOVED, "1.2": _DOMAIN, "1.10": _REFUSES_MAIL,
    "2.1": _DISABLED, "2.2": _FULL, "2.3": _TOO_BIG, "3.4": _TOO_BIG, "4.4": _DOMAIN,
    "7.26": _AUTHENTICATION, "7.25": _AUTHENTICATION,
}  # fmt: skip
_BY_SUBJECT = {"1": _USER, "2": _SYSTEM, "3": _SYSTEM, "4": _NETWORK, "5": _SYSTEM, "6": _SYSTEM, "7": _POLICY}
_ADDRESS_OR_LINK = re.compile(
    r"\bhttps?://[^\s<>]{1,300}|<?[^\s<>()\"';,:=]{1,64}@[^\s<>()\"';,:=]{1,255}>?", re.IGNORECASE
)
_STATUS = re.compile(r"\b([245])\.(\d{1,2})\.(\d{1,3})\b(?!\.\d)")
_REPLY = re.compile(r"(?:^|[\s;:<(\[#'-])([45]\d\d)(?=[\s-])")


def bounce_reason(status: str, text: str) -> BounceReason:
    """The reason out of an enhanced status (RFC 3463, may be empty) and what the server said; soft when in doubt.

    >>> bounce_reason("5.7.1", "550 5.7.1 <neko@example.jp>... User unknown").word
    'user unknown'
    """
    text = _ADDRESS_OR_LINK.sub("<>", " ".join(text[:_MAX_TEXT].split()))
    by_words = next((reason for reason, pattern in _PHRASES if pattern.search(text)), None)
    by_code = _by_code(status_in(text) or status)
    if by_words is None:
        return by_code
    # `5.1.1` says more than words that fit any trouble.
    if by_code.is_hard and by_words in (_NETWORK, _SYSTEM, _SLOW_DOWN):
        return by_code
    # What is refused for now is not refused for good, whatever it is called.
    if by_words.is_hard and (status_in(text) or status).startswith("4"):
        return BounceReason(word=by_words.word)
    return by_words


def status_in(text: str) -> str:
    """The first enhanced status in `text` that says more than x.0.0; empty where there is none."""
    found = ["{}.{}.{}".format(*match) for match in _STATUS.findall(text[:_MAX_TEXT])]
    telling = [status for status in found if not status.endswith((".0.0", ".1.0", ".3.0"))]
    return next(iter(telling), "")


def has_reply_code(text: str) -> bool:
    """Whether a refusing SMTP reply or enhanced status stands in `text`."""
    text = text[:_MAX_TEXT]
    return _REPLY.search(text) is not None or any(match[0] in "45" for match in _STATUS.findall(text))


def _by_code(status: str) -> BounceReason:
    match = _STATUS.match(status)
    if match is None or match[2] == "0":
        return _UNKNOWN
    reason = _BY_DETAIL.get(f"{match[2]}.{match[3]}") or _BY_SUBJECT.get(match[2], _UNKNOWN)
    if reason.is_hard and (match[1] != "5" or match[3] == "0"):
        return BounceReason(word=reason.word, is_known=False)
    return reason
