"""Values go into JSON and come back as they were."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.domain.value import Value
from nurture.store.database import Database
from nurture.store.tables import events
from nurture.store.values import pack, storable, unpack
from tests.support.builders import MONDAY_NINE

_CLEAN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_VALUES = (
    _CLEAN
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.booleans()
    | st.dates()
    | st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone is given
    | st.lists(_CLEAN, max_size=3).map(tuple)
)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), _VALUES, max_size=5))
@example({"note": "2026-03-02", "day": date(2026, 3, 2)})
@example({"note": "2026-03-02T02:00:00Z", "at": MONDAY_NINE})
def test_every_value_comes_back_as_it_was(fields: dict[str, Value]) -> None:
    back = unpack(json.loads(json.dumps(pack(fields))))
    assert back == fields
    assert {name: type(value) for name, value in back.items()} == {n: type(v) for n, v in fields.items()}


@given(st.text(st.characters(), max_size=30))
@example("a\0b")
@example("\ud83d")
def test_a_storable_text_can_be_encoded_and_has_no_nul(text: str) -> None:
    clean = storable(text)
    assert "\0" not in clean
    assert clean.encode() is not None
    assert storable(clean) == clean


def test_a_datetime_is_kept_in_utc_with_seconds_and_only_the_microseconds_that_it_has() -> None:
    assert pack({"a": MONDAY_NINE, "b": MONDAY_NINE.replace(microsecond=5)}) == {
        "a": "2026-03-02T02:00:00Z",
        "b": "2026-03-02T02:00:00.000005Z",
    }


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01T00:00:00Z", "２０２６-03-02"])
def test_what_only_resembles_a_date_stays_a_text(text: str) -> None:
    assert unpack(pack({"a": text})) == {"a": text}


def test_hostile_text_reaches_both_databases(database: Database) -> None:
    with database.write() as conn:
        conn.execute(
            events.insert().values(name="x", at=MONDAY_NINE, fields=pack({"text": "a\0b\udc80\U0001f600"}), because="")
        )
    with database.read() as conn:
        assert unpack(conn.execute(events.select()).one().fields) == {"text": "ab\ufffd\U0001f600"}
