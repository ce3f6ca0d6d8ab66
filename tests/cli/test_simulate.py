"""`nurture simulate` as a person calls it: the same bytes for the same seed, given people, and what is wrong where."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import call, spawn

ROOT = Path(__file__).parent.parent.parent
SOON = ("--start", "2026-03-02", "--days", "40")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped project in a folder of its own."""
    folder = tmp_path_factory.mktemp("shipped")
    for name in ("campaigns", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.yaml", folder)
    return folder


def test_the_same_seed_gives_the_same_bytes_whatever_python_hashes_by(shipped: Path) -> None:
    arguments = ("-C", shipped, "simulate", "sales-cycle", "--contacts", "60", "--seed", "7", *SOON, "--json")
    one, other = (spawn(*arguments, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert one.code == other.code == 0
    assert one.out == other.out
    assert spawn(*arguments[:6], "8", *SOON, "--json").out != one.out


def test_the_document_has_every_key_that_others_rely_on(shipped: Path) -> None:
    played = call("-C", shipped, "simulate", "sales-cycle", "--contacts", "40", *SOON, "--json").json
    assert (played["campaign"], played["seed"], played["contacts"], played["days"]) == ("sales-cycle", 1, 40, 40)
    assert played["sends"][0].keys() >= {"at", "contact", "step", "stage", "variant", "sender"}
    assert played["skips"][0].keys() >= {"at", "contact", "step", "reason"}
    assert played["moves"][0].keys() >= {"at", "contact", "from", "to", "because"}
    assert played["holds"][0].keys() >= {"at", "contact", "step", "by"}
    assert [row["stage"] for row in played["funnel"]] == ["awareness", "qualification", "intent", "purchase"]
    assert played["funnel"][0].keys() >= {"entered", "now", "left", "median_days"}
    assert sum(row["sent"] for row in played["volume"]) == len(played["sends"])
    assert sum(row["now"] for row in played["funnel"]) + sum(played["outcomes"].values()) == 40


def test_every_mail_but_the_awaited_ones_goes_in_the_contact_s_own_office_hours(shipped: Path) -> None:
    played = call("-C", shipped, "simulate", "trial-follow-up", "--contacts", "80", *SOON, "--json").json
    offsets = set()
    for each in played["sends"]:
        offsets.add(each["at"][-6:])
        if each["step"] not in ("welcome", "thank-you"):
            assert "09:00" <= each["at"][11:16] < "17:30", each
    assert len(offsets) > 3


def test_people_see_a_calendar_the_volume_and_the_funnel(shipped: Path) -> None:
    shown = call("-C", shipped, "simulate", "sales-cycle", "--contacts", "30", *SOON)
    assert shown.code == 0
    for words in ("Mails by day", "Mails by step", "Volume by sender", "Funnel", "30 contacts, 30 entered"):
        assert words in shown.out


def test_people_of_a_file_come_with_what_it_says_of_them(shipped: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,country\na@x.example,TH\nb@x.example,DE\nnobody,TH\n", "utf-8")
    called = call("-C", shipped, "simulate", "sales-cycle", "--contacts", file, *SOON, "--json")
    assert called.json["contacts"] == 2
    assert called.json["refused"] == {"not in the audience": 1}
    assert {each["contact"] for each in called.json["sends"]} == {"a@x.example"}
    assert "1 rows are left out" in called.err


def test_the_database_s_people_are_copied_and_never_touched(shipped: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped, tmp_path / "own"))
    for name in ("a", "b"):
        assert call("-C", folder, "contacts", "add", f"{name}@x.example", "country=TH").code == 0
    before = (folder / "nurture.db").read_bytes()
    arguments = ("-C", folder, "simulate", "sales-cycle", "--contacts", "database", "--json")
    played = call(*arguments).json
    assert (played["contacts"], played["refused"]) == (2, {})
    assert {each["contact"] for each in played["sends"]} == {"a@x.example", "b@x.example"}
    assert (folder / "nurture.db").read_bytes() == before
    assert call(*arguments, "--where", 'contact.country == "SG"').json["contacts"] == 0


def test_a_wrong_behaviour_is_told_with_its_place_and_the_nearest_word(shipped: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        "open: {chance: 2}\nclik: {chance: 0.1}\nstages:\n  intend: {unsubscribe: 0.1}\n"
        "events:\n  trial_startd: {chance: 0.1}\n",
        "utf-8",
    )
    called = call("-C", shipped, "simulate", "sales-cycle", "--behaviour", file)
    assert called.code == 2
    for words in ("people.yaml:1:", "people.yaml:2:1", "click", "people.yaml:4:3", "intent", "trial_started"):
        assert words in called.err, called.err
    assert "Traceback" not in called.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sales-cyle",), "sales-cycle"),
        (("sales-cycle", "--contacts", "0"), "from 1 to"),
        (("sales-cycle", "--contacts", "nowhere.csv"), "there is no file nowhere.csv"),
        (("sales-cycle", "--where", "contact.phone"), "--contacts database"),
    ],
)
def test_what_cannot_be_played_is_told(shipped: Path, arguments: tuple[str, ...], words: str) -> None:
    called = call("-C", shipped, "simulate", *arguments)
    assert called.code in (1, 2)
    assert called.out == ""
    assert words in called.err


def test_behaviour_of_one_s_own_stands_over_what_ships(shipped: Path, tmp_path: Path) -> None:
    file = tmp_path / "silent.yaml"
    file.write_text("open: {chance: 0}\nbounce: {}\nout_of_office: {}\nscanner: 0\n", "utf-8")
    called = call("-C", shipped, "simulate", "sales-cycle", "--contacts", "30", "--behaviour", file, *SOON, "--json")
    assert set(json.loads(called.out)["deeds"]) <= {"task", "complained"}


def test_what_is_recorded_is_met_by_nurture_test_and_never_written_over(shipped: Path) -> None:
    file = shipped / "campaigns" / "tests" / "recorded.yaml"
    arguments = ("-C", shipped, "simulate", "sales-cycle", "--contacts", "12", "--seed", "3", *SOON)
    recorded = call(*arguments, "--record", file, "--json")
    assert recorded.json["contacts"] == 12
    assert "recorded.yaml" in recorded.err
    text = file.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../scenario.schema.json\n")
    assert call("-C", shipped, "test", file).code == 0
    again = call(*arguments, "--record", file)
    assert again.code == 2
    assert "is there already" in again.err
    assert file.read_text("utf-8") == text
    somebody = next(each["contact"] for each in recorded.json["sends"] if each["contact"] not in text)
    other = file.with_name("other.yaml")
    assert call(*arguments, "--record", other, "--record-contact", somebody).code == 0
    assert f"email: {somebody}" in other.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--record-contact", "nid@example.com"), "Add --record FILE"),
        (("--record", "x.txt"), "does not end in .yaml"),
        (("--record", "x.yaml", "--contacts", "database"), "have a past"),
        (("--record", "x.yaml", "--record-contact", "nobody@example.com"), "is not among the"),
    ],
)
def test_what_cannot_be_recorded_is_said_before_anything_is_played(
    shipped: Path, arguments: tuple[str, ...], words: str
) -> None:
    said = call("-C", shipped, "simulate", "sales-cycle", "--contacts", "5", *SOON, *arguments)
    assert said.code == 2
    assert words in said.err
