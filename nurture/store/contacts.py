"""People: one row per canonical address."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select, update

from nurture.domain.contact import WRITABLE_STANDARD_FIELDS, Consent, Contact, ContactDraft
from nurture.domain.value import Value
from nurture.errors import InvalidInput
from nurture.store.insertion import insert_into
from nurture.store.tables import contacts
from nurture.store.values import pack, storable, unpack

_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """What became of one draft."""

    contact_id: int
    change: Literal["added", "updated", "unchanged"]


def add(conn: Connection, draft: ContactDraft, now: datetime) -> Contact:
    """The new contact; raises InvalidInput where the address has one already."""
    added = _insert(conn, {draft.address: _row_of(draft, now)})
    if not added:
        raise InvalidInput("there is a contact with this address already", where=draft.address)
    return get(conn, added[draft.address])


def upsert(conn: Connection, drafts: Sequence[ContactDraft], now: datetime) -> list[Upserted]:
    """Add those whose address is new, merge the others; one answer per draft, in order.

    A value None says nothing, tags are added to those that are there, the newer consent stands. A few queries for the
    whole batch, which should have at most some thousand drafts; an address may come several times.
    """
    there = _locked(conn, {draft.address for draft in drafts})
    wanted: dict[str, dict[str, Any]] = {}
    changes: list[Literal["added", "updated", "unchanged"]] = []
    for draft in drafts:
        known = wanted.get(draft.address) or there.get(draft.address)
        row = _merged(known, draft) if known else _row_of(draft, now)
        if known == row:
            changes.append("unchanged")
            continue
        changes.append("updated" if known else "added")
        wanted[draft.address] = {**row, "changed_at": now}
    ids = {address: row["id"] for address, row in there.items()}
    _write(conn, [row for address, row in wanted.items() if address in there])
    ids |= _insert(conn, {address: row for address, row in wanted.items() if address not in there})
    # Somebody added these since we looked; now they are there to be merged.
    overtaken = [draft for draft in drafts if draft.address not in ids]
    again = iter(upsert(conn, overtaken, now) if overtaken else ())
    return [
        Upserted(contact_id=ids[draft.address], change=change) if draft.address in ids else next(again)
        for draft, change in zip(drafts, changes, strict=True)
    ]


def find(conn: Connection, address: str) -> Contact | None:
    """The contact of a canonical address."""
    row = conn.execute(select(contacts).where(contacts.c.address == address)).one_or_none()
    return _contact(row) if row else None


def get(conn: Connection, contact_id: int) -> Contact:
    """The contact of that id; raises KeyError where there is none."""
    row = conn.execute(select(contacts).where(contacts.c.id == contact_id)).one_or_none()
    if row is None:
        raise KeyError(contact_id)
    return _contact(row)


def get_many(conn: Connection, ids: Collection[int]) -> dict[int, Contact]:
    """Contacts by id; ids of nobody are left out."""
    rows = conn.execute(select(contacts).where(contacts.c.id.in_(ids)))
    return {row.id: _contact(row) for row in rows}


def search(conn: Connection, text: str, limit: int) -> list[Contact]:
    """Contacts in whose address, names or company the text stands, capitals or not; the newest where it is empty."""
    asked = text.strip().lower()
    columns = (contacts.c.email, contacts.c.first_name, contacts.c.last_name, contacts.c.company)
    found = select(contacts).order_by(contacts.c.id.desc()).limit(limit)
    if asked:
        found = found.where(or_(*(func.lower(column).contains(asked, autoescape=True) for column in columns)))
    return [_contact(row) for row in conn.execute(found)]


def set_values(conn: Connection, contact_id: int, values: Mapping[str, Value], now: datetime) -> bool:
    """Set standard and declared fields, None emptying them; False where nothing changed or nobody is there."""
    row = _locked_by_id(conn, contact_id)
    if row is None:
        return False
    fields = {**unpack(row["fields"]), **_declared(values)}
    changed: dict[str, Any] = {**_standard(values), "fields": pack(fields)}
    return _change(conn, contact_id, row, changed, now)


def add_tags(conn: Connection, contact_id: int, tags: Collection[str], now: datetime) -> bool:
    """Put tags on; False where all were there or nobody is."""
    row = _locked_by_id(conn, contact_id)
    return row is not None and _change(conn, contact_id, row, {"tags": _sorted_tags(row["tags"], tags)}, now)


def remove_tags(conn: Connection, contact_id: int, tags: Collection[str], now: datetime) -> bool:
    """Take tags off; False where none was there or nobody is."""
    row = _locked_by_id(conn, contact_id)
    if row is None:
        return False
    return _change(conn, contact_id, row, {"tags": [tag for tag in row["tags"] if tag not in set(tags)]}, now)


def stream(conn: Connection, where: ColumnElement[bool] | None = None, after_id: int = 0) -> Iterator[Contact]:
    """Contacts by id, a page at a time, so that memory stays the same however many there are."""
    while True:
        page = select(contacts).where(contacts.c.id > after_id).order_by(contacts.c.id).limit(_PAGE)
        rows = conn.execute(page if where is None else page.where(where)).all()
        for row in rows:
            yield _contact(row)
        if len(rows) < _PAGE:
            return
        after_id = rows[-1].id


def count(conn: Connection, where: ColumnElement[bool] | None = None) -> int:
    """How many contacts there are, or how many meet `where`."""
    counted = select(func.count()).select_from(contacts)
    return conn.execute(counted if where is None else counted.where(where)).scalar_one()


def _contact(row: Row[Any]) -> Contact:
    consent = None
    if row.consent_at:
        consent = Consent(at=row.consent_at, source=row.consent_source or "", wording=row.consent_wording or "")
    return Contact(
        id=row.id,
        address=row.address,
        email=row.email,
        created_at=row.created_at,
        first_name=row.first_name,
        last_name=row.last_name,
        company=row.company,
        phone=row.phone,
        country=row.country,
        language=row.language,
        timezone=row.timezone,
        owner=row.owner,
        source=row.source,
        tags=tuple(row.tags),
        consent=consent,
        fields=unpack(row.fields),
    )


def _row_of(draft: ContactDraft, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(WRITABLE_STANDARD_FIELDS)
    row |= _standard(draft.values)
    row |= _consent(draft.consent)
    return row | {
        "address": draft.address,
        "email": draft.email,
        "tags": _sorted_tags((), draft.tags),
        "fields": pack(_declared(draft.values)),
        "created_at": now,
        "changed_at": now,
    }


def _merged(known: Mapping[str, Any], draft: ContactDraft) -> dict[str, Any]:
    said = {name: value for name, value in draft.values.items() if value is not None}
    merged = {**known, **_standard(said), "email": draft.email, "tags": _sorted_tags(known["tags"], draft.tags)}
    merged["fields"] = pack({**unpack(known["fields"]), **_declared(said)})
    if draft.consent and _says_more(known, draft.consent):
        merged |= _consent(draft.consent)
    return merged


def _says_more(known: Mapping[str, Any], consent: Consent) -> bool:
    """Whether a consent is newer and another one: the same file imported twice is the same consent."""
    if known["consent_at"] is None:
        return True
    is_same = (known["consent_source"], known["consent_wording"]) == (consent.source, consent.wording)
    return not is_same and consent.at > known["consent_at"]


def _consent(consent: Consent | None) -> dict[str, Any]:
    return {
        "consent_at": consent.at if consent else None,
        "consent_source": storable(consent.source) if consent else None,
        "consent_wording": storable(consent.wording) if consent else None,
    }


def _standard(values: Mapping[str, Value]) -> dict[str, str | None]:
    named = {name: value for name, value in values.items() if name in WRITABLE_STANDARD_FIELDS}
    return {name: None if value is None else storable(str(value)) for name, value in named.items()}


def _declared(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name not in WRITABLE_STANDARD_FIELDS}


def _sorted_tags(there: Collection[str], more: Collection[str]) -> list[str]:
    return sorted({*there, *(storable(tag) for tag in more)})


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _locked(conn: Connection, addresses: Collection[str]) -> dict[str, dict[str, Any]]:
    found = select(contacts).where(contacts.c.address.in_(addresses)).order_by(contacts.c.id)
    rows = conn.execute(found.with_for_update(key_share=True)).mappings()
    return {row["address"]: dict(row) for row in rows}


def _locked_by_id(conn: Connection, contact_id: int) -> dict[str, Any] | None:
    found = select(contacts).where(contacts.c.id == contact_id)
    row = conn.execute(found.with_for_update(key_share=True)).mappings().one_or_none()
    return dict(row) if row else None


def _insert(conn: Connection, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Ids by address of the rows that were new."""
    if not rows:
        return {}
    statement = insert_into(conn, contacts).on_conflict_do_nothing(index_elements=["address"])
    # In one order everywhere, so that two imports of the same people cannot wait for each other in a ring.
    ordered = [_without_id(rows[address]) for address in sorted(rows)]
    found = conn.execute(statement.returning(contacts.c.address, contacts.c.id), ordered)
    return {row.address: row.id for row in found}


def _write(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        by_id = update(contacts).where(contacts.c.id == bindparam("row_id"))
        ordered = sorted(rows, key=lambda row: int(row["id"]))
        conn.execute(by_id, [{"row_id": row["id"], **_without_id(row)} for row in ordered])


def _change(
    conn: Connection, contact_id: int, row: Mapping[str, Any], wanted: Mapping[str, Any], now: datetime
) -> bool:
    changed = {name: value for name, value in wanted.items() if row[name] != value}
    if changed:
        conn.execute(update(contacts).where(contacts.c.id == contact_id).values(**changed, changed_at=now))
    return bool(changed)
