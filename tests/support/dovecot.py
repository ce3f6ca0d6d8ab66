"""A throw-away Dovecot on a loopback port, started from what is installed here, with one account on a Maildir."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from itertools import count
from pathlib import Path

from imapclient import IMAPClient, imap_utf7

from tests.support.missing import missing

USERNAME = "mali"
PASSWORD = "wat-arun-at-dawn"
_SECONDS_TO_START = 20
_MOST_LINKS = 10_000

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{ssl_files}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{maildir}
mail_uid = {owner}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 40
default_client_limit = 200
mail_max_userip_connections = 40
{unprivileged}
passdb {{
  driver = static
  mechanisms = plain login
  args = user={username} password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Gesendet {{
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{more}
"""
_UNPRIVILEGED = """
default_internal_user = {owner}
default_login_user = {owner}
default_internal_group = {group}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""


def installed_binary() -> str | None:
    """The path of `dovecot`, None where it is not installed."""
    return shutil.which("dovecot") or next((path for path in ("/usr/sbin/dovecot",) if Path(path).exists()), None)


def the_binary() -> str:
    """The path of `dovecot`. Where it is not installed the test is skipped, on CI it fails."""
    binary = installed_binary()
    if binary is None:
        missing("Dovecot is not installed: no `dovecot` on the PATH nor in /usr/sbin")
    return binary


def oauth_lines(folder: Path, port: int, *, mechanisms: str) -> str:
    """Further lines of a config by which access tokens open the account: who is at `port` is asked whose they are."""
    folder.chmod(0o755)
    asking = folder / "oauth2.conf"
    asking.write_text(
        f"tokeninfo_url = http://127.0.0.1:{port}/tokeninfo?access_token=\n"
        "username_attribute = email\nuse_grant_password = no\n"
    )
    return (
        f"auth_mechanisms = plain {mechanisms}\n"
        f"passdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  args = {asking}\n}}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DovecotServer:
    """A running server; `maildir` is the account's INBOX on disk, into which mail is simply dropped.

    `more` are the lines that its config has besides the usual ones.
    """

    port: int
    tls_port: int
    maildir: Path
    owner: str
    numbers: Iterator[int]
    more: str = ""

    def deliver(self, raw: bytes, *, at: datetime | None = None, folder: str = "INBOX") -> str:
        """Put a mail into `new` as a delivery does, received at `at`; its unique name."""
        maildir = self.folder(folder)
        name = f"{1_700_000_000 + next(self.numbers)}.M{next(self.numbers)}.test"
        draft = maildir / "tmp" / name
        draft.write_bytes(raw)
        self._own(draft)
        if at is not None:
            os.utime(draft, (at.timestamp(), at.timestamp()))
        draft.rename(maildir / "new" / name)
        return name

    def fill(self, count: int, *, at: datetime | None = None) -> None:
        """Many old mails at once: they are links to a few files, for no file may have too many names."""
        source = self.maildir / "tmp" / "source"
        for number in range(count):
            if number % _MOST_LINKS == 0:
                source.unlink(missing_ok=True)
                source.write_bytes(a_mail(f"old {number}"))
                self._own(source)
                if at is not None:
                    os.utime(source, (at.timestamp(), at.timestamp()))
            os.link(source, self.maildir / "cur" / f"{1_600_000_000 + number}.M{number}.old:2,S")
        source.unlink()

    def folder(self, name: str) -> Path:
        """Where a folder lies on disk (Maildir++)."""
        if name == "INBOX":
            return self.maildir
        return self.maildir / f".{imap_utf7.encode(name.replace('/', '.')).decode()}"

    def make_folder(self, name: str) -> None:
        for each in ("", "new", "cur", "tmp"):
            path = self.folder(name) / each
            path.mkdir(exist_ok=True)
            self._own(path)

    def read_folder(self) -> None:
        """Have the server take notice of what lies in the INBOX, which takes it seconds where that is much."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=600) as client:
            client.login(USERNAME, PASSWORD)
            client.select_folder("INBOX", readonly=True)

    def expunge(self, name: str) -> None:
        """Delete a mail of the INBOX as another mail program does, wherever the server has moved its file."""
        for path in (*self.maildir.glob(f"new/{name}*"), *self.maildir.glob(f"cur/{name}*")):
            path.unlink()

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self.owner)

    def names(self) -> list[str]:
        """The file names of all mails, flags included."""
        return sorted(path.name for folder in ("new", "cur") for path in (self.maildir / folder).iterdir())

    def number_anew(self, folder: str = "INBOX") -> None:
        """Forget all UIDs, so that the next look sees another UIDVALIDITY: one more than `dovecot-uidvalidity` says."""
        maildir = self.folder(folder)
        for path in (*maildir.glob("dovecot-uidlist"), *maildir.glob("dovecot.index*")):
            path.unlink()

    def clear(self) -> None:
        """An empty mailbox, as new."""
        self.number_anew()
        for path in self.maildir.glob(".*/cur"):
            shutil.rmtree(path.parent)
        for path in (*self.maildir.glob("new/*"), *self.maildir.glob("cur/*")):
            path.unlink()


def a_mail(subject: str = "Re: Hello", *, text: str = "Sounds good.", date: datetime | None = None) -> bytes:
    """A small human mail in bytes, with CRLF line ends."""
    lines = [
        "From: Somchai <somchai@example.com>",
        "To: Mali <mali@example.com>",
        f"Subject: {subject}",
        f"Message-ID: <{abs(hash((subject, text)))}@example.com>",
        *([f"Date: {format_datetime(date)}"] if date else []),
        "",
        text,
        "",
    ]
    return "\r\n".join(lines).encode()


@contextmanager
def running_server(
    binary: str, *, certificate: Path | None = None, key: Path | None = None, more: str = ""
) -> Iterator[DovecotServer]:
    """A fresh server, stopped by its pid and removed at the end. With a certificate it speaks TLS too.

    `more` are further lines of its configuration.
    """
    folder = Path(tempfile.mkdtemp(prefix="nurture-dovecot-"))
    try:
        folder.chmod(0o755)
        owner = "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        server = DovecotServer(
            port=_free_port(), tls_port=_free_port(), maildir=folder / "mail", owner=owner, numbers=count(1), more=more
        )
        _lay_out(folder, server, certificate, key)
        process = subprocess.Popen([binary, "-F", "-c", str(folder / "dovecot.conf")], stdin=subprocess.DEVNULL)
        try:
            _wait_for_greeting(server.port, process, folder / "log")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, server: DovecotServer, certificate: Path | None, key: Path | None) -> None:
    group = "mail" if os.geteuid() == 0 else str(os.getegid())
    for path in ("home", "mail", "mail/new", "mail/cur", "mail/tmp"):
        (folder / path).mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder / path, server.owner, group)
    (folder / "dovecot.conf").write_text(
        _CONFIG.format(
            folder=folder,
            maildir=server.maildir,
            owner=server.owner,
            group=group,
            username=USERNAME,
            password=PASSWORD,
            port=server.port,
            tls_port=server.tls_port if certificate else 0,
            more=server.more,
            ssl="yes" if certificate else "no",
            ssl_files=f"ssl_cert = <{certificate}\nssl_key = <{key}" if certificate else "",
            unprivileged="" if os.geteuid() == 0 else _UNPRIVILEGED.format(owner=server.owner, group=group),
        )
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for_greeting(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"dovecot does not answer:\n{log.read_text() if log.exists() else ''}")
