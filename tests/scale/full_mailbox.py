"""What looking into a full mailbox costs: `python -m tests.scale.full_mailbox [MAILS]`, on a real Dovecot.

Measured on the line between: how many commands were given and how many bytes came, and the seconds that it took.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nurture.inbox.imap import ImapMailbox
from nurture.inbox.mailbox import Cursor, Fetched
from nurture.inbox.settings import MailboxSettings
from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer, a_mail, running_server, the_binary
from tests.support.line import Line, line_to

MAILS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one look: `found` are the mails that it gave."""

    look: str
    commands: int
    kilobytes: float
    seconds: float
    found: int


def looks(server: DovecotServer, line: Line, mails: int) -> Iterator[Cost]:
    """Look into a mailbox of so many old mails again and again, as a worker does."""
    now = datetime.now(UTC)
    server.fill(mails, at=now - timedelta(days=100))
    server.read_folder()  # what the server's own counting of its files takes is not the look's
    settings = MailboxSettings(
        kind="imap",
        host="127.0.0.1",
        port=line.port,
        security="none",
        username=USERNAME,
        password=PASSWORD,
        timeout=300,
    )
    mailbox = ImapMailbox(settings)
    cursor = Cursor(uid_validity=None, last_uid=0)

    def begin() -> int:
        nonlocal cursor
        cursor = mailbox.start_cursor()
        return 0

    def look() -> int:
        nonlocal cursor
        found = 0
        for each in mailbox.fetch(cursor, since=now - timedelta(days=1), is_known=lambda _: frozenset()):
            found += isinstance(each, Fetched)
            cursor = each.cursor_after if isinstance(each, Fetched) else each
        return found

    yield _cost("first", line, begin)
    yield _cost("nothing new", line, look)
    server.deliver(a_mail("new"))
    server.read_folder()
    yield _cost("one new", line, look)
    server.number_anew()
    server.read_folder()
    yield _cost("numbered anew", line, look)


def _cost(name: str, line: Line, act: Callable[[], int]) -> Cost:
    commands, given, began = len(line.commands), line.bytes_given, time.perf_counter()
    found = act()
    return Cost(
        look=name,
        commands=len(line.commands) - commands,
        kilobytes=(line.bytes_given - given) / 1000,
        seconds=time.perf_counter() - began,
        found=found,
    )


def main(mails: int) -> None:
    """Print what each look cost."""
    with running_server(the_binary()) as server, line_to(server.port) as line:
        sys.stdout.write(f"{mails:,} old mails\n{'look':<16}{'commands':>9}{'kB':>8}{'s':>8}{'mails':>7}\n")
        for cost in looks(server, line, mails):
            figures = f"{cost.commands:>9}{cost.kilobytes:>8.1f}{cost.seconds:>8.2f}{cost.found:>7}"
            sys.stdout.write(f"{cost.look:<16}{figures}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
