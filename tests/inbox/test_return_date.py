from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox import return_date as reader
from nurture.inbox.patterns import Patterns
from nurture.loader.phrase_books import shipped_phrases

TODAY = date(2026, 3, 2)  # a Monday
PATTERNS = Patterns(shipped_phrases())


def return_date(
    text: str, *, today: date = TODAY, country: str | None = None, language: str | None = None
) -> date | None:
    return reader.return_date(text, PATTERNS, today=today, country=country, language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am away until 2026-03-14.", "2026-03-14"),
        ("back on 14 March", "2026-03-14"),
        ("I will return on March 14th, 2026 at 9:00", "2026-03-14"),
        ("returning 14/03/2026", "2026-03-14"),
        ("returning 4/3/2026", "2026-03-04"),
        ("returning 3/14/2026", "2026-03-14"),
        ("Out from 3 March to 9 March, back on 10 March. For sales of 1 May write to Anna.", "2026-03-10"),
        ("bin bis 14.03. im Urlaub und ab 16.03. wieder da", "2026-03-16"),
        ("zurück am 14. März", "2026-03-14"),
        ("de retour le 9 avril", "2026-04-09"),
        ("vuelvo el 6 de abril de 2026", "2026-04-06"),
        ("3月10日に戻ります", "2026-03-10"),
        ("2026年3月10日まで不在", "2026-03-10"),
        ("กลับมาวันที่ 16 มีนาคม 2569", "2026-03-16"),
        ("กลับมาวันที่ 16 มี.ค. 69", "2026-03-16"),
        ("ลาถึงวันที่ 16/03/2569", "2026-03-16"),
        ("back on Monday", "2026-03-09"),
        ("กลับมาทำงานวันพุธ", "2026-03-04"),
        ("ab Freitag wieder da", "2026-03-06"),
        ("back tomorrow", "2026-03-03"),
        ("back on 2 January", "2026-01-02"),
        ("I am out of the office on 5 March.", "2026-03-05"),
        ("Call 02-123-4567 for help", None),
        ("I have limited access to mail", None),
        ("back on 31 February", None),
    ],
)
def test_the_day_of_return_is_read(text: str, expected: str | None) -> None:
    found = return_date(text, today=TODAY)
    assert (found.isoformat() if found else None) == expected


def test_without_a_year_the_nearest_is_meant() -> None:
    assert return_date("back on 5 January", today=date(2026, 12, 20)) == date(2027, 1, 5)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="0123456789./-:, backuntilMarchมีค年月日", max_size=120),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_no_text_makes_it_raise(text: str, today: date) -> None:
    found = return_date(text, today=today)
    assert found is None or abs((found - today).days) < 730


@given(st.dates(date(2025, 6, 1), date(2026, 12, 1)))
def test_an_iso_date_is_read_back(day: date) -> None:
    assert return_date(f"I am away until {day.isoformat()}.", today=TODAY) == day
    assert return_date(f"กลับวันที่ {day.day}/{day.month}/{day.year + 543}", today=TODAY) == day
