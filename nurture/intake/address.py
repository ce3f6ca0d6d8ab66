"""Addresses: the canonical form that makes two spellings one contact, and fast validation of whole lists.

Everything is judged by email-validator. Ordinary addresses take a short way that asks it only once a domain.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, EMAIL_MAX_LENGTH

from nurture.errors import InvalidInput

_ORDINARY = re.compile(
    r"([a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+(?:\.[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+)*)@([a-zA-Z0-9.\-]+)",
)
"""A dot-atom of RFC 5322 before the @ and letters, digits, dots and hyphens behind it, all ASCII."""
_MAILBOX = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>]*)>\s*")
_ROLES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # what web pages and spreadsheets leave around a copied address


@dataclass(frozen=True, slots=True)
class Address:
    """`canonical` tells contacts apart: lower case, domain in IDNA ASCII. `email` is the form for people to read.

    `ascii` is what envelope and headers carry; None where the local part itself is not ASCII, which takes a relay
    with SMTPUTF8 (RFC 6531).
    """

    canonical: str
    email: str
    ascii: str | None

    @property
    def written_to(self) -> str:
        """The form to keep for mailing: plain ASCII wherever there is one."""
        return self.ascii or self.email


def parse_address(text: str) -> Address:
    """The address that `text` holds, blanks around it aside; raises InvalidInput with the reason in plain words.

    Nothing is looked up in DNS. Dots and plus signs of the local part are kept: only its owner knows what they mean.

    >>> parse_address(" Somchai.J@Example.COM ")
    Address(canonical='somchai.j@example.com', email='Somchai.J@example.com', ascii='Somchai.J@example.com')
    >>> parse_address("mali@ร้านกาแฟ.ไทย").canonical
    'mali@xn--12c1ctan9ec9hrc.xn--o3cw4h'
    """
    trimmed = text.strip().strip(_INVISIBLE).strip()
    ordinary = _ORDINARY.fullmatch(trimmed)
    if ordinary is None:
        return _judge(trimmed)
    local, domain = ordinary.groups()
    known = _domain(domain)
    if isinstance(known, str):
        raise InvalidInput(known)
    ascii_domain, readable_domain, longest = known
    if len(local) + 1 + longest > EMAIL_MAX_LENGTH:
        return _judge(trimmed)
    lowered = local.lower()
    if lowered in _ROLES:
        local = lowered
    return Address(f"{lowered}@{ascii_domain}", f"{local}@{readable_domain}", f"{local}@{ascii_domain}")


def split_mailbox(text: str) -> tuple[str, str]:
    """Name and address of `Mali Srisuk <mali@example.com>` or `mailto:mali@example.com`; the name may be empty.

    >>> split_mailbox('"Srisuk, Mali" <mali@example.com>')
    ('Srisuk, Mali', 'mali@example.com')
    """
    if "<" in text and (mailbox := _MAILBOX.fullmatch(text)):
        return mailbox["name"].strip("\"' "), mailbox["address"].strip()
    if text[:7].lower() == "mailto:":
        return "", text[7:]
    return "", text


@lru_cache(maxsize=65_536)
def _domain(domain: str) -> tuple[str, str, int] | str:
    """A domain's ASCII form, readable form, and the most bytes that any form of it takes; or why it is refused."""
    try:
        valid = validate_email(f"a@{domain}", check_deliverability=False)
    except EmailNotValidError as refused:
        return str(refused)
    readable = valid.domain
    return valid.ascii_domain, readable, max(len(domain), len(valid.ascii_domain), len(readable.encode()))


def _judge(text: str) -> Address:
    if not text:
        raise InvalidInput("There is no address.")
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError as refused:
        raise InvalidInput(str(refused)) from None
    return Address(_canonical(valid), valid.normalized, valid.ascii_email)


def _canonical(valid: ValidatedEmail) -> str:
    lowered = unicodedata.normalize("NFC", valid.local_part.lower())
    return f"{lowered}@{valid.ascii_domain}"
