"""The journal of outcomes, torn at every byte."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nurture.delivery.journal import Journal, JournalEntry
from nurture.domain.message import Accepted, Deferred, Outcome, Rejected, Unknown
from nurture.errors import DiskFull, ServiceUnavailable

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
OUTCOMES: list[Outcome] = [
    Accepted(reply="250 ได้รับแล้ว"),
    Deferred(reason="421 busy", is_relay_wide=True),
    Rejected(reason="550 5.1.1", kind="address"),
    Unknown(reason="no reply\nat all"),
]


def an_entry(number: int) -> JournalEntry:
    outcome = OUTCOMES[number % len(OUTCOMES)]
    return JournalEntry(
        message_id=number, lease_token=f"t{number}", outcome=outcome, at=NOON + timedelta(seconds=number)
    )


def test_entries_come_back_as_they_were_also_to_a_new_process(tmp_path: Path) -> None:
    entries = [an_entry(number) for number in range(6)]
    for entry in entries:
        Journal(tmp_path / "new" / "journal").append(entry)
    assert Journal(tmp_path / "new" / "journal").pending() == entries


def test_a_journal_that_was_never_written_is_empty(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert journal.pending() == []
    journal.clear()
    assert not (tmp_path / "journal").exists()


def test_a_torn_last_line_costs_itself_alone_wherever_it_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).append(an_entry(1))
    whole = path.read_bytes()
    Journal(path).append(an_entry(2))
    full = path.read_bytes()
    for end in range(len(whole), len(full)):
        path.write_bytes(full[:end])
        assert Journal(path).pending() == [an_entry(1), *([an_entry(2)] if end == len(full) - 1 else [])]
        Journal(path).append(an_entry(3))
        assert Journal(path).pending()[-1] == an_entry(3)
        assert Journal(path).pending()[0] == an_entry(1)


def test_a_line_that_was_damaged_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for number in range(3):
        Journal(path).append(an_entry(number))
    path.write_bytes(path.read_bytes().replace(b'"t1"', b'"tX"'))
    assert Journal(path).pending() == [an_entry(0), an_entry(2)]


def test_clearing_forgets_what_was_replayed_and_keeps_what_came_meanwhile(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append(an_entry(1))
    replayed = journal.pending()
    journal.append(an_entry(2))
    journal.clear(replayed)
    assert journal.pending() == [an_entry(2)]
    journal.clear()
    assert journal.pending() == []
    journal.append(an_entry(3))
    assert journal.pending() == [an_entry(3)]


def test_a_full_disk_is_told_as_such() -> None:
    with pytest.raises(DiskFull, match="no room"):
        Journal(Path("/dev/full")).append(an_entry(1))


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceUnavailable, match="cannot be written"):
        Journal(tmp_path / "file" / "journal").append(an_entry(1))
