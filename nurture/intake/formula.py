"""Cells that a spreadsheet would run as a formula: disarmed on the way out, restored on the way in."""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def disarm(cell: str) -> str:
    """The cell with an apostrophe before it where Excel, LibreOffice or Sheets would take it for a formula.

    A cell that already looks disarmed gets one apostrophe more, so that `restore` always gives back what was there.

    >>> disarm("=HYPERLINK(A1)"), disarm("+66 2 123 4567"), disarm("Mali")
    ("'=HYPERLINK(A1)", "'+66 2 123 4567", 'Mali')
    """
    return f"'{cell}" if _RISKY.match(cell) else cell


def restore(cell: str) -> str:
    """What `disarm` was given.

    >>> restore("'+66 2 123 4567"), restore("'Mali'")
    ('+66 2 123 4567', "'Mali'")
    """
    return cell[1:] if cell[:1] == "'" and _RISKY.match(cell) else cell
