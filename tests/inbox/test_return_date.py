from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox import return_date as reader
from nurture.inbox.dates import StatedDay, dates_in
from nurture.inbox.patterns import Patterns, normalised
from nurture.loader.phrase_books import shipped_phrases

TODAY = date(2026, 3, 2)  # a Monday
PATTERNS = Patterns(shipped_phrases())


def return_date(
    text: str, *, today: date = TODAY, country: str | None = None, language: str | None = None
) -> str | None:
    found = reader.return_date(text, PATTERNS, today=today, country=country, language=language)
    return found.isoformat() if found else None


def stated(text: str, *, country: str | None = None, language: str | None = None) -> list[StatedDay]:
    return dates_in(text, PATTERNS, today=TODAY, country=country, language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am away until 2026-03-14.", "2026-03-14"),
        ("back on 14 March", "2026-03-14"),
        ("I will return on March 14th, 2026 at 9:00", "2026-03-14"),
        ("I'll be back on the 9th of March", "2026-03-09"),
        ("I return Monday, March 9.", "2026-03-09"),
        ("back 9-Mar-2026", "2026-03-09"),
        ("Returning: Mon 9 Mar", "2026-03-09"),
        ("returning 14/03/2026", "2026-03-14"),
        ("returning 4/3/2026", "2026-03-04"),
        ("returning 3/14/2026", "2026-03-14"),
        ("Out until 13 March", "2026-03-13"),
        ("I am out of the office through Friday, March 13, 2026.", "2026-03-13"),
        ("Out from 3 March to 9 March, back on 10 March. For sales of 1 May write to Anna.", "2026-03-10"),
        ("I am out of the office 2-6 March with limited access.", "2026-03-06"),
        ("I will be out of office March 2 - 6, 2026.", "2026-03-06"),
        ("I will be out March 30 - April 3 on vacation.", "2026-04-03"),
        ("out of office from Monday to Wednesday", "2026-03-04"),
        ("I am on leave between 2 March and 6 March", "2026-03-06"),
        ("I'm not back before 9 March", "2026-03-09"),
        ("I'll be back by 9 March", "2026-03-09"),
        ("back Monday 9 March at 9:00, tel. 02-123-4567", "2026-03-09"),
        ("bin bis 14.03. im Urlaub und ab 16.03. wieder da", "2026-03-16"),
        ("zurück am 14. März", "2026-03-14"),
        ("Ich bin vom 2. bis zum 6. März im Urlaub.", "2026-03-06"),
        ("Ich bin vom 02.03. bis 06.03.2026 nicht im Büro.", "2026-03-06"),
        ("Ich bin vom 2.-6.3.2026 abwesend.", "2026-03-06"),
        ("Ab dem 16. März bin ich wieder erreichbar.", "2026-03-16"),
        ("Ich bin ab 2. März im Urlaub und am 16. März zurück.", "2026-03-16"),
        ("Ich bin am Montag, den 9. März 2026, wieder im Büro", "2026-03-09"),
        ("Bin im Urlaub und am Montag wieder da.", "2026-03-09"),
        ("ab Freitag wieder da", "2026-03-06"),
        ("bin übermorgen wieder im Büro", "2026-03-04"),
        ("de retour le 9 avril", "2026-04-09"),
        ("Je suis absente jusqu'au 13 mars 2026 inclus.", "2026-03-13"),
        ("Je suis en congés du 2 au 6 mars.", "2026-03-06"),
        ("absent du 02/03/2026 au 06/03/2026", "2026-03-06"),
        ("de retour le 1er avril", "2026-04-01"),
        ("De retour lundi prochain.", "2026-03-09"),
        ("vuelvo el 6 de abril de 2026", "2026-04-06"),
        ("Estaré ausente del 2 al 6 de marzo.", "2026-03-06"),
        ("Estoy de vacaciones hasta el próximo lunes", "2026-03-09"),
        ("3月10日に戻ります", "2026-03-10"),
        ("2026年3月10日まで不在", "2026-03-10"),
        ("3月2日から3月6日まで休暇をいただいております。3月9日に出社いたします。", "2026-03-09"),
        ("3月2日〜6日まで不在です", "2026-03-06"),
        ("3月10日(火)より通常業務となります。", "2026-03-10"),
        ("令和8年3月10日まで休業いたします。", "2026-03-10"),
        ("来週月曜日に出社します", "2026-03-09"),
        ("กลับมาวันที่ 16 มีนาคม 2569", "2026-03-16"),
        ("กลับมาวันที่ 16 มี.ค. 69", "2026-03-16"),
        ("กลับมาวันที่ 16 มีนาคม พ.ศ. ๒๕๖๙", "2026-03-16"),
        ("กลับมาวันที่ 16 มีนาคม", "2026-03-16"),
        ("ลาถึงวันที่ 16/03/2569", "2026-03-16"),
        ("ลาพักร้อนระหว่างวันที่ 2-6 มีนาคม 2569", "2026-03-06"),
        ("ลาพักร้อน 2-6/3/2569", "2026-03-06"),
        ("ลาตั้งแต่วันที่ 28 ก.พ. ถึง 14 มี.ค. 2569 ค่ะ", "2026-03-14"),
        ("ร้านปิดวันที่ 3-4 มีนาคม เปิดทำการตามปกติวันที่ 5 มีนาคม 2569", "2026-03-05"),
        ("ติดอบรมถึงวันพุธที่ 11 มีนาคม 2569", "2026-03-11"),
        ("กลับมาทำงานวันพุธ", "2026-03-04"),
        ("กลับมาทำงานวันจันทร์หน้า", "2026-03-09"),
        ("พรุ่งนี้กลับมาทำงานตามปกติ", "2026-03-03"),
        ("Estou de férias e regresso no dia 9 de março de 2026.", "2026-03-09"),
        ("Sono assente fino al 13 marzo 2026.", "2026-03-13"),
        ("Sarò in ferie dal 2 al 6 marzo.", "2026-03-06"),
        ("Ik ben afwezig en op 16 maart weer op kantoor.", "2026-03-16"),
        ("Ik ben met vakantie t/m 13 maart.", "2026-03-13"),
        ("Jag är på semester och åter på kontoret den 9 mars.", "2026-03-09"),
        ("Jeg er på ferie til og med 13. marts.", "2026-03-13"),
        ("Jeg er tilbake på kontoret 9. mars.", "2026-03-09"),
        ("Olen lomalla ja palaan 9. maaliskuuta 2026.", "2026-03-09"),
        ("Olen lomalla 2.-6.3.2026.", "2026-03-06"),
        ("Jestem na urlopie do 13 marca 2026.", "2026-03-13"),
        ("Jsem na dovolené do 13. března 2026.", "2026-03-13"),
        ("Я в отпуске до 13 марта 2026 года.", "2026-03-13"),
        ("Я в отпуске с 2 по 6 марта.", "2026-03-06"),
        ("Я у відпустці до 13 березня.", "2026-03-13"),
        ("9 Mart 2026 tarihine kadar izindeyim.", "2026-03-09"),
        ("Θα επιστρέψω στις 9 Μαρτίου 2026.", "2026-03-09"),
        ("我正在休假，3月13日回到办公室。", "2026-03-13"),
        ("2026년 3월 9일에 복귀합니다.", "2026-03-09"),
        ("3월 13일까지 휴가입니다.", "2026-03-13"),
        ("sẽ quay lại làm việc vào ngày 09/03/2026", "2026-03-09"),
        ("Tôi nghỉ phép đến hết ngày 13 tháng 3 năm 2026", "2026-03-13"),
        ("Saya cuti dan kembali pada tanggal 9 Maret 2026.", "2026-03-09"),
        ("back on Monday", "2026-03-09"),
        ("back next Monday", "2026-03-09"),
        ("back Friday week", "2026-03-13"),
        ("I am away until Thursday", "2026-03-05"),
        ("back tomorrow", "2026-03-03"),
        ("back in two weeks", "2026-03-16"),
        ("back in 10 days", "2026-03-12"),
        ("I'll be back next week", "2026-03-09"),
        ("Ich bin in zwei Wochen zurück.", "2026-03-16"),
        ("I am away until the end of March", "2026-03-31"),
        ("Back in mid-April.", "2026-04-15"),
        ("On parental leave, returning in June 2026", "2026-06-01"),
        ("back on 2 January", "2026-01-02"),
        ("I was back on 23 February 2026", "2026-02-23"),
        ("I am out of the office on 5 March.", "2026-03-05"),
        ("Ich bin bis 13.03.2026 abwesend.\n\nI am away until 13 March 2026.", "2026-03-13"),
        ("ไม่อยู่ จะกลับมาวันที่ 20 มีนาคม 2569\n\nI will return on 20 March 2026.", "2026-03-20"),
        ("I am away from 2 March 2026 and back on 9 March. Also closed on 6 April.", "2026-03-09"),
    ],
)
def test_the_day_of_return_is_read(text: str, expected: str) -> None:
    assert return_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Call 02-123-4567 for help",
        "I have limited access to mail",
        "back on 31 February",
        "I am away since 1 March.",
        "I am out of the office. Your mail of 2 March 2026 has been kept.",
        "I am away. Founded 1990, offer of 10/2025, tel. 02 12 03 26",
        "We answer 24/7 and are out of the office at times",
        "Seit 1. März bin ich im Urlaub.",
        "Je suis absent depuis le 1 mars.",
        "ตั้งแต่วันที่ 2 มีนาคม 2569 ผมไม่อยู่",
        "It may take a while until I answer, I am out of the office",
        "Guten Morgen, ich bin im Urlaub.",
        "back in version 2.5 of the office",
        "มีความ 2 มีความสำคัญ ไม่อยู่สำนักงาน",
    ],
)
def test_other_days_and_figures_are_not_taken(text: str) -> None:
    assert return_date(text) is None


@pytest.mark.parametrize(
    ("text", "country", "language", "expected"),
    [
        ("back on 3/9/2026", None, None, "2026-09-03"),
        ("back on 3/9/2026", "US", None, "2026-03-09"),
        ("back on 3/9/2026", None, "en-US", "2026-03-09"),
        ("back on 9/3/2026", "US", "en-GB", "2026-03-09"),
        ("back on 3/9/26", "US", None, "2026-03-09"),
        ("zurück am 9.3.2026", "US", None, "2026-03-09"),
        ("out through 03/15/2026 and back on 03/09/2026", None, None, "2026-03-09"),
        ("out 15/03/2026, back on 09/03/2026", "US", None, "2026-03-09"),
        ("back on 2026-03-09", "US", None, "2026-03-09"),
        ("กลับมา 5/3/69", "TH", "th", "2026-03-05"),
    ],
)
def test_country_and_language_order_day_and_month(
    text: str, country: str | None, language: str | None, expected: str
) -> None:
    assert return_date(text, country=country, language=language) == expected


def test_without_a_year_the_nearest_is_meant() -> None:
    assert return_date("back on 5 January", today=date(2026, 12, 20)) == "2027-01-05"
    assert return_date("closed 23 December to 4 January", today=date(2026, 12, 20)) == "2027-01-04"


def test_an_acknowledgement_names_no_day_of_return() -> None:
    text = "We received your request on 3 March 2026."
    assert reader.return_date(text, PATTERNS, today=TODAY, is_absence=False) is None


def test_a_stated_day_says_where_it_stands_and_of_what_kind_it_is() -> None:
    text = "Write me again in May, or on Monday, or on 2-6 April, or in two weeks."
    found = stated(text)
    assert [(day.kind, day.day.isoformat()) for day in found] == [
        ("month", "2026-05-01"),
        ("weekday", "2026-03-09"),
        ("date", "2026-04-06"),
        ("relative", "2026-03-16"),
    ]
    assert [normalised(text)[day.start : day.end] for day in found] == ["may", "monday", "2-6 april", "in two weeks"]
    assert found[2].first == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("melden Sie sich im Mai", "2026-05-01"),
        ("recontactez-moi en septembre", "2026-09-01"),
        ("fin avril", "2026-04-30"),
        ("ติดต่อมาใหม่เดือนพฤษภาคม", "2026-05-01"),
        ("สิ้นเดือนมีนาคม", "2026-03-31"),
        ("in January", "2027-01-01"),
        ("beginning of April 2027", "2027-04-01"),
        ("in three months", "2026-06-02"),
        ("at the end of the month", "2026-03-31"),
        ("next month", "2026-04-01"),
        ("อีก 2 สัปดาห์", "2026-03-16"),
        ("来月", "2026-04-01"),
        ("mañana", "2026-03-03"),
        ("дзвоніть через 2 тижні", "2026-03-16"),
    ],
)
def test_months_and_spans_are_days_too(text: str, expected: str) -> None:
    assert [day.day.isoformat() for day in stated(text)] == [expected]


def test_a_verb_is_no_month() -> None:
    assert stated("I may be late, march on, and that may help.") == []


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="0123456789./-:, backuntilMarchมีค年月日", max_size=120),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_no_text_makes_it_raise(text: str, today: date) -> None:
    found = reader.return_date(text, PATTERNS, today=today)
    assert found is None or abs((found - today).days) < 800


@given(st.dates(date(2025, 6, 1), date(2026, 12, 1)))
def test_an_iso_date_is_read_back(day: date) -> None:
    assert return_date(f"I am away until {day.isoformat()}.") == day.isoformat()
    assert return_date(f"กลับวันที่ {day.day}/{day.month}/{day.year + 543}") == day.isoformat()
