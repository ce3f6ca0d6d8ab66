"""Addresses as the wire wants them, because a mailbox that is typed in Thai still travels in ASCII."""

import re
import unicodedata

from nurture.errors import InvalidInput

_LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\U0010ffff]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\U0010ffff]+)*"
)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_AMBIGUOUS = frozenset("ßς\u200c\u200d")
"""IDNA 2003 and 2008 turn these into different domains, so no guess is made."""


def wire_address(address: str) -> str:
    """`address` with its domain in ASCII (punycode); a local part beyond ASCII stays and needs SMTPUTF8 (RFC 6531).

    Raises InvalidInput for what cannot stand in an envelope; quoted local parts and address literals count as that.

    >>> wire_address("info@ตัวอย่าง.ไทย")
    'info@xn--72c1a1bt4awk9o.xn--o3cw4h'
    """
    local, at, domain = address.rpartition("@")
    if not at or len(local.encode("utf-8", "replace")) > 64 or not _LOCAL_PART.fullmatch(local) or _is_invisible(local):
        raise _unusable(address)
    ascii_domain = domain if domain.isascii() else _punycode(domain, address)
    labels = ascii_domain.split(".")
    if len(local) + 1 + len(ascii_domain) > 254 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _unusable(address)
    return f"{local}@{ascii_domain}"


def _is_invisible(local: str) -> bool:
    return any(unicodedata.category(character)[0] in "CZ" for character in local)


def _punycode(domain: str, address: str) -> str:
    if _AMBIGUOUS & set(domain):
        raise InvalidInput(f"The domain of {address!r} has more than one ASCII form.", hint="Write it as xn--….")
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise _unusable(address) from None


def _unusable(address: str) -> InvalidInput:
    return InvalidInput(f"{address!r} is not an address that mail can be sent to.")
