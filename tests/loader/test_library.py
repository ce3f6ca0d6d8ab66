"""The library keeps what runs when a file is saved broken."""

import os
from pathlib import Path

import pytest

from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.loader.library import Library, campaign_names

WORDS = Vocabulary(senders=("mali",))
GOOD = "stages: {first: {steps: [{email: hello}]}}\n"
LATER = "stages: {first: {steps: [{email: hello}, {email: guide}]}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "campaigns"
    made.mkdir()
    (made / "tests").mkdir()
    (made / "tests" / "scenario.yaml").write_text("scenario: not a campaign\n")
    (made / "good.yaml").write_text(GOOD)
    return made


def save(path: Path, text: str) -> None:
    """Write the file, later than it was: two writes may fall into one tick of a file system's clock."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_bad_file_disables_only_its_own_campaign(folder: Path) -> None:
    save(folder / "bad.yaml", "stages: 5\n")

    library = Library(folder, WORDS)

    assert list(library.campaigns) == ["good"]
    assert [(problem.file, problem.code) for problem in library.problems] == [("campaigns/bad.yaml", "wrong_type")]
    assert campaign_names(folder) == ("bad", "good")


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(folder: Path) -> None:
    library = Library(folder, WORDS)
    first = library.campaigns["good"]

    assert not library.refresh()
    assert library.campaigns["good"] is first

    save(folder / "good.yaml", LATER)
    assert library.refresh()
    assert len(library.campaigns["good"].stages[0].steps) == 2
    assert library.campaigns["good"].digest != first.digest


def test_a_file_saved_broken_leaves_its_last_good_version_running_with_the_problem_shown(folder: Path) -> None:
    library = Library(folder, WORDS)
    first = library.campaigns["good"]

    save(folder / "good.yaml", "stages: [\n")
    assert library.refresh()
    assert library.campaigns["good"] is first
    assert [problem.code for problem in library.problems] == ["syntax"]

    save(folder / "good.yaml", LATER)
    assert library.refresh()
    assert library.problems == ()
    assert library.campaigns["good"] is not first


def test_a_file_that_is_gone_takes_its_campaign_with_it(folder: Path) -> None:
    library = Library(folder, WORDS)

    (folder / "good.yaml").unlink()

    assert library.refresh()
    assert library.campaigns == {}


def test_what_inspection_finds_keeps_a_campaign_from_running(folder: Path) -> None:
    found: list[Problem] = []

    def inspect(path: Path) -> list[Problem]:
        return found

    library = Library(folder, WORDS, inspect=inspect)
    first = library.campaigns["good"]
    found.append(Problem(file="templates/emails/hello.md", code="template_syntax", message="broken"))
    save(folder / "good.yaml", LATER)

    assert library.refresh()
    assert library.campaigns["good"] is first
    assert library.problems == tuple(found)


def test_a_disabled_campaign_is_known_and_not_enabled(folder: Path) -> None:
    save(folder / "good.yaml", "enabled: false\n" + GOOD)

    library = Library(folder, WORDS)

    assert not library.campaigns["good"].is_enabled
    assert library.enabled == {}


def test_no_folder_is_no_campaign(tmp_path: Path) -> None:
    assert Library(tmp_path / "campaigns", WORDS).campaigns == {}
