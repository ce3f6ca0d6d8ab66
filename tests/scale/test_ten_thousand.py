"""Ten thousand rows of a spreadsheet, and a week of mail to two thousand people over two relays: each mail once."""

from pathlib import Path

from tests.scale.ten_thousand import play


def test_ten_thousand_rows_become_contacts_and_every_due_mail_arrives_once(tmp_path: Path) -> None:
    found = play(tmp_path, rows=10_000, wrong=200, prospects=800)
    assert found.wrong == []
    assert found.arrived > 2 * 800
