"""The page of a simulation: the result's own figures, every name escaped, nothing from outside, always the same."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nurture.cli.simulate_page import Recipe, page_of
from nurture.cli.simulate_sums import percent
from nurture.simulation.played import FunnelStage, Held, Played, SenderDay, SenderLimits, Sent, Skipped
from tests.cli.commands import call, spawn
from tests.support.chromium import running_browser

ROOT = Path(__file__).parent.parent.parent
ZONE = ZoneInfo("Asia/Bangkok")
START = datetime(2026, 3, 1, 17, tzinfo=UTC)
HOSTILE = '</title><script>console.error("in")</script><img src=x onerror=alert(1)>"\'&'
RECIPE = Recipe(command="nurture simulate cycle --seed 1")


def played_of(*, name: str = "cycle", step: str = "hello", sends: int = 30, days: int = 90) -> Played:
    """Mails on many days, everything that a page shows at least once, and `name` wherever a name can stand."""
    at = [START.astimezone(ZONE) + timedelta(days=number % days, hours=10) for number in range(sends)]
    volume = sorted({each.date() for each in at})
    return Played(
        campaign=name,
        seed=1,
        contacts=1200,
        days=days,
        start=START,
        end=START + timedelta(days=days),
        zone=ZONE,
        steps=((step, "first"), ("silent", "first")),
        sends=[Sent(at=when, contact="a@x.example", step=step, stage="first", sender="mali") for when in at],
        skips=[Skipped(at=at[0], contact="a@x.example", step=step, reason=f"if: {name}; of a")] * 17,
        moves=[],
        holds=[Held(at=at[0], contact="a@x.example", step=step, by=f"limit {name}")] * 13,
        ends=[],
        funnel=[
            FunnelStage(stage=f"first {name}", entered=1100, now=321, left=779, median_days=7.25, target_days=5),
            FunnelStage(stage="last", entered=456, now=456, left=0, median_days=None),
        ],
        outcomes={"won": 234, f"other {name}": 45},
        senders=[
            SenderLimits(sender="mali", per_minute=3, per_hour=None, per_day=5, per_domain_per_minute=None),
            SenderLimits(sender="idle", per_minute=None, per_hour=None, per_day=None, per_domain_per_minute=None),
        ],
        volume=[
            SenderDay(sender="mali", day=day, sent=5 if day == date(2026, 3, 3) else 2, notices=1) for day in volume
        ],
        enrolled=1150,
        waiting=821,
        refused={f"not in {name}": 50},
        deeds={"task": 9, f"did {name}": 8},
    )


def words_of(page: str) -> str:
    """What a person reads, without tags."""
    shown = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split()).replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_says_what_the_result_says() -> None:
    words = words_of(page_of(played_of(), RECIPE))
    for figure in (
        "contacts 1,200",
        "entered the campaign 1,150",
        "mails 30",
        "won, 21 % 234",
        "still under way, 75 % 821",
        "50 were not asked in: not in cycle.",
        "1,100 entered · 100 % 779 went on or ended, 321 in it now · median 7.2 days, 5 wanted",
        "last 456 entered · 41 %",
        "first cycle 1,100 321 779 7.2 5",
        "hello 30 silent 0",
        "hello: if: cycle 17",
        "limit cycle 13",
        "task done by the team 9",
        "mali 63 30 6 5 1",
        "mali sends all that it may on 1 day; more would wait",
        "Half of those who leave the stage “first cycle” need 7.25 days or more; 5 are wanted.",
        "May send 3 a minute, 5 a day.",
        "Tue 3 Mar 2026 5 1",
        "Nobody gets “silent”.",
        "Seed 1, from Mon 2 Mar 2026, 90 days. Behaviour: nurture's own.",
        "nurture simulate cycle --seed 1",
    ):
        assert figure in words, figure


def test_whatever_a_name_holds_stays_words() -> None:
    page = page_of(
        played_of(name=HOSTILE, step=HOSTILE),
        Recipe(command=HOSTILE, behaviour=HOSTILE, behaviour_text=HOSTILE),
    )
    assert "<script" not in page
    assert "<img" not in page
    assert words_of(page).count(HOSTILE.rsplit(">", maxsplit=1)[-1]) > 10


def test_nothing_in_it_leads_outside() -> None:
    page = page_of(played_of(), RECIPE)
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img|<iframe|\ssrc=|\shref=", page)
    assert "default-src 'none'" in page


def test_every_picture_has_a_title_or_is_said_in_words_beside_it() -> None:
    page = page_of(played_of(), RECIPE)
    pictures = re.findall(r"<svg [^>]*>(?:<title>)?", page)
    assert len(pictures) > 5
    for picture in pictures:
        assert 'aria-hidden="true"' in picture or ('role="img"' in picture and picture.endswith("<title>")), picture


def test_a_play_without_a_mail_is_a_page_too() -> None:
    empty = replace(
        played_of(), sends=(), skips=(), holds=(), volume=(), funnel=(), outcomes={}, deeds={}, waiting=0, enrolled=0
    )
    words = words_of(page_of(empty, RECIPE))
    assert "No mail was sent." in words
    assert "Nothing was sent." in words


@pytest.mark.parametrize(("sends", "days"), [(40_000, 90), (20_000, 1000)])
def test_the_page_stays_small_however_much_was_played(sends: int, days: int) -> None:
    assert len(page_of(played_of(sends=sends, days=days), RECIPE).encode()) < 300_000


def test_many_senders_and_steps_do_not_swell_it() -> None:
    day = date(2026, 3, 2)
    names = [f"sender-{number}" for number in range(300)]
    limits = SenderLimits(sender="", per_minute=1, per_hour=1, per_day=9, per_domain_per_minute=1)
    many = replace(
        played_of(sends=2000),
        steps=[(f"step-{number}", "first") for number in range(2000)],
        skips=[
            Skipped(at=START, contact="a@x.example", step=f"step-{number}", reason="late") for number in range(5000)
        ],
        senders=[replace(limits, sender=name) for name in names],
        volume=[
            SenderDay(sender=name, day=day + timedelta(days=number), sent=9, notices=0)
            for name in names
            for number in range(90)
        ],
    )
    assert len(page_of(many, RECIPE).encode()) < 300_000


@pytest.mark.parametrize(
    ("count", "whole", "words"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 200, "under 1 %"),
        (199, 200, "over 99 %"),
        (2, 200, "1 %"),
        (5, 5, "100 %"),
        (1, 3, "33 %"),
    ],
)
def test_a_share_never_says_nobody_for_some_nor_all_for_most(count: int, whole: int, words: str) -> None:
    assert percent(count, whole).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, object], str]]:
    """A page of the shipped campaign, the document of the same play, and what was said."""
    page = tmp_path_factory.mktemp("pages") / "one.html"
    arguments = ("simulate", "trial-follow-up", "--contacts", "25", "--start", "2026-03-02", "--days", "20")
    called = call("-C", ROOT, *arguments, "--html", page, "--json")
    assert called.code == 0, called.err
    yield page, json.loads(called.out), called.err


def test_the_command_writes_the_page_beside_its_answer(pages: tuple[Path, dict[str, object], str]) -> None:
    page, document, said = pages
    words = words_of(page.read_text("utf-8"))
    assert f"the page is in {page}" in said
    sends, outcomes = document["sends"], document["outcomes"]
    assert isinstance(sends, list)
    assert isinstance(outcomes, dict)
    assert f"mails {len(sends)}" in words
    assert outcomes
    for name, count in outcomes.items():
        assert f"{name} {count}" in words
    command = "nurture simulate trial-follow-up --contacts 25 --days 20 --seed 1 --start 2026-03-02"
    assert command in words


def test_the_same_seed_gives_the_same_page_whatever_python_hashes_by(
    pages: tuple[Path, dict[str, object], str], tmp_path: Path
) -> None:
    page, other = pages[0], tmp_path / "other.html"
    arguments = ("simulate", "trial-follow-up", "--contacts", "25", "--start", "2026-03-02", "--days", "20")
    assert spawn("-C", ROOT, *arguments, "--html", other, PYTHONHASHSEED="7").code == 0
    assert other.read_bytes() == page.read_bytes()


def test_a_behaviour_of_one_s_own_and_who_is_meant_stand_in_the_page(tmp_path: Path) -> None:
    behaviour, page = tmp_path / "my people.yaml", tmp_path / "page.html"
    behaviour.write_text("open: {chance: 0}  # <nobody>\n", "utf-8")
    arguments = ("trial-follow-up", "--contacts", "2", "--days", "1", "--start", "2026-03-02")
    called = call("-C", ROOT, "simulate", *arguments, "--behaviour", behaviour, "--html", page)
    assert called.code == 0, called.err
    text = page.read_text("utf-8")
    assert "open: {chance: 0}  # &lt;nobody&gt;" in text
    assert f"--behaviour '{behaviour}'" in unescape(text)


def test_a_page_that_has_no_place_is_told_before_anything_is_played(tmp_path: Path) -> None:
    called = call("-C", ROOT, "simulate", "trial-follow-up", "--html", tmp_path / "none" / "page.html")
    assert called.code == 2
    assert called.out == ""
    assert f"there is no folder {tmp_path / 'none'}" in called.err


def test_a_browser_shows_it_wide_narrow_and_dark_without_a_complaint(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page_of(played_of(name=HOSTILE, step=HOSTILE * 3, sends=300), RECIPE), "utf-8")
    with running_browser() as page:
        for name, width, is_dark in (("wide", 1280, False), ("narrow", 320, False), ("dark", 600, True)):
            page.look_like(width=width, height=900, is_dark=is_dark)
            page.open(file.as_uri())
            assert page.value("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
            assert page.value("[...document.querySelectorAll('svg')].every(each => each.clientWidth > 0)")
            assert page.value("document.querySelectorAll('script, img').length") == 0
            ground = page.value("getComputedStyle(document.body).backgroundColor")
            assert ground == ("rgb(17, 22, 27)" if is_dark else "rgb(243, 245, 247)")
        assert page.complaints == []
        page.value("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.value("document.documentElement.scrollWidth <= innerWidth")
        assert "Play it again" in page.text
