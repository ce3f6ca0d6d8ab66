"""Which column holds which field: by the names that people give their columns, in English and Thai, or as told."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nurture.domain.contact import STANDARD_FIELDS
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.intake.convert import nearest

CONSENT = "consent"
CONSENT_SOURCE = "consent_source"
CONSENT_WORDING = "consent_wording"
FULL_NAME = "name"
LEFT_OUT = ""
"""What a mapping says for a column that is to be passed over."""
REFUSED_COLUMNS = ("refused_line", "refused_column", "refused_reason")
"""Columns that a file of refused rows has in front; they are passed over when it is imported again."""

_WORDS = re.compile(r"[\s_\-./:*()'\"\u200b\ufeff]+")

_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "email": "email, e-mail, email address, e-mail address, mail, mail address, email id, contact email,"
        " work email, อีเมล, อีเมล์, อีเมลล์, อีเมลติดต่อ, ที่อยู่อีเมล",
        FULL_NAME: "name, full name, contact name, contact, customer name, ชื่อ-นามสกุล, ชื่อและนามสกุล, ชื่อ สกุล, ชื่อเต็ม,"
        " ชื่อผู้ติดต่อ, ชื่อลูกค้า",
        "first_name": "first name, firstname, given name, forename, first, ชื่อ, ชื่อจริง, ชื่อต้น",
        "last_name": "last name, lastname, surname, family name, last, นามสกุล, สกุล",
        "company": "company, company name, organisation, organization, account, account name, employer, business, บริษัท,"
        " ชื่อบริษัท, องค์กร, หน่วยงาน, กิจการ",
        "phone": "phone, phone number, tel, telephone, telephone number, mobile, mobile phone, mobile number, cell,"
        " contact number, โทร, โทรศัพท์, เบอร์โทร, เบอร์โทรศัพท์, หมายเลขโทรศัพท์, เบอร์, มือถือ, เบอร์มือถือ, เบอร์ติดต่อ",
        "country": "country, country code, nation, ประเทศ",
        "language": "language, lang, locale, preferred language, ภาษา",
        "timezone": "timezone, time zone, tz, เขตเวลา",
        "owner": "owner, contact owner, lead owner, salesperson, sales rep, account manager, ผู้ดูแล, เจ้าของ, พนักงานขาย",
        "source": "source, lead source, origin, channel, แหล่งที่มา, ที่มา, ช่องทาง",
        "tags": "tags, tag, labels, label, groups, group, แท็ก, ป้าย, ป้ายกำกับ, กลุ่ม",
        "created_at": "created at, created, created on, create date, วันที่สร้าง",
        CONSENT: "consent, opt in, opted in, optin, subscribed, permission, marketing consent, accepts marketing,"
        " ยินยอม, ความยินยอม, การยินยอม",
        "consent_at": "consent at, consent date, opt in date, opted in at, opt in time, subscribed at, วันที่ยินยอม",
        CONSENT_SOURCE: "consent source, opt in source, แหล่งที่ยินยอม",
        CONSENT_WORDING: "consent wording, consent text, ข้อความยินยอม",
    }
)
_EITHER_NAME = ("name", "ชื่อ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the file and the field that it fills."""

    index: int
    title: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """`taken` fill fields; `notes` say in words what is passed over and why."""

    taken: tuple[Column, ...]
    notes: tuple[str, ...] = ()


def match_columns(titles: Sequence[str], *, vocabulary: Vocabulary, mapping: Mapping[str, str]) -> Columns:
    """The columns of a file whose first row is `titles`; `mapping` names fields by title and goes before any guess.

    Raises InvalidInput: no column of addresses, two columns for one field, a mapping of what is not there.
    """
    told = _told(titles, vocabulary=vocabulary, mapping=mapping)
    known = _settle_names(_known_words(vocabulary), titles)
    taken: dict[str, Column] = {}
    notes: list[str] = []
    claimed = {field for field in told.values() if field != LEFT_OUT}
    for index, title in enumerate(titles):
        field = told.get(index)
        is_guess = field is None
        if field is None:
            field = known.get(_plain(title))
        if field is None:
            notes += _note_on(title, index, vocabulary)
            continue
        if field in (LEFT_OUT, "created_at", *REFUSED_COLUMNS) or (is_guess and field in claimed):
            continue
        if other := taken.get(field):
            raise InvalidInput(
                f"Two columns are {field}: number {other.index + 1} {other.title!r} and number {index + 1} {title!r}.",
                hint="Rename one of them, or map it to another field.",
            )
        taken[field] = Column(index=index, title=title, field=field)
    if "email" not in taken:
        raise _no_address_column(titles)
    return Columns(taken=tuple(sorted(taken.values(), key=lambda column: column.index)), notes=tuple(notes))


def recognised(titles: Sequence[str], *, vocabulary: Vocabulary, mapping: Mapping[str, str]) -> int:
    """How many of `titles` say something: what tells the right delimiter from the wrong ones."""
    known = _known_words(vocabulary).keys() | {_plain(title) for title in mapping}
    return sum(_plain(title) in known for title in titles)


def _told(titles: Sequence[str], *, vocabulary: Vocabulary, mapping: Mapping[str, str]) -> dict[int, str]:
    fields = (*_takeable(vocabulary), LEFT_OUT)
    told: dict[int, str] = {}
    for title, field in mapping.items():
        indexes = [i for i, found in enumerate(titles) if found == title]
        indexes = indexes or [i for i, found in enumerate(titles) if _plain(found) == _plain(title)]
        if not indexes:
            near = nearest(title, tuple(titles))
            raise InvalidInput(
                f"There is no column {title!r} to map.",
                hint=f"Did you mean {near!r}?" if near else f"The columns are {', '.join(titles)}.",
            )
        if len(indexes) > 1:
            raise InvalidInput(f"{len(indexes)} columns are called {title!r}.", hint="Rename them in the file.")
        if field not in fields:
            near = nearest(field, fields)
            raise InvalidInput(
                f"Column {title!r} is mapped to {field!r}, which is no field.",
                hint=f"Did you mean {near}?" if near else f"Fields are {', '.join(fields[:-1])}.",
            )
        told[indexes[0]] = field
    return told


def _takeable(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fields that a column can fill."""
    standard = (name for name in STANDARD_FIELDS if name != "created_at")
    return (*standard, FULL_NAME, CONSENT, CONSENT_SOURCE, CONSENT_WORDING, *vocabulary.contact_fields)


def _known_words(vocabulary: Vocabulary) -> dict[str, str]:
    """Plain titles and what they mean; a project's own field goes before a synonym of a standard one."""
    known = {_plain(word): field for field, words in _SYNONYMS.items() for word in words.split(",")}
    known |= {_plain(name): name for name in (*REFUSED_COLUMNS, *vocabulary.contact_fields, *STANDARD_FIELDS)}
    return known


def _settle_names(known: dict[str, str], titles: Sequence[str]) -> dict[str, str]:
    """What `name` and ชื่อ mean in this file: the first name beside a column of last names, else the whole name."""
    has_last_names = "last_name" in {known.get(_plain(title)) for title in titles}
    meaning = "first_name" if has_last_names else FULL_NAME
    return known | {word: meaning for word in _EITHER_NAME if known[word] in ("first_name", FULL_NAME)}


def _note_on(title: str, index: int, vocabulary: Vocabulary) -> list[str]:
    if not title:
        return [f"Column {index + 1} has no name and is passed over."]
    near = nearest(title.casefold().replace(" ", "_"), _takeable(vocabulary))
    hint = f"did you mean {near}?" if near else "declare it under contact_fields in config.yaml to keep it"
    return [f"Column {index + 1} {title!r} is no field and is passed over ({hint})."]


def _no_address_column(titles: Sequence[str]) -> InvalidInput:
    if any("@" in title for title in titles):
        return InvalidInput("The first row holds an address, not the names of the columns.", hint="Add a row of names.")
    shown = ", ".join(repr(title) for title in titles[:12])
    return InvalidInput(
        f"No column holds email addresses; the columns are {shown}.",
        hint="Name one of them email, or map it to email. If these are not the columns, name the delimiter.",
    )


def _plain(title: str) -> str:
    return _WORDS.sub("", unicodedata.normalize("NFKC", title)).casefold()
