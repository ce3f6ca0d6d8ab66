"""A file's second row with one address is found, among as many rows as there may be."""

from nurture.intake.seen import SeenAddresses


def test_the_first_line_of_every_address_is_remembered_while_the_table_grows() -> None:
    seen = SeenAddresses()
    assert all(seen.first_line(f"p{line}@example.com", line) is None for line in range(2, 20_002))
    assert all(seen.first_line(f"p{line}@example.com", 99_999) == line for line in range(2, 20_002))
