"""A project of the test's own campaign: the real engine, a relay on loopback, a mailbox, a clock moved by hand."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from nurture.app import running_library_of
from tests.support.mail_server import MailServer
from tests.support.project import CONFIG, Workshop, make_workshop

Making = Callable[..., Workshop]


@pytest.fixture
def relay() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def project_of(relay: MailServer, tmp_path: Path, sqlite_url: str) -> Iterator[Making]:
    """Makes the project of one campaign: `config` is appended, `files` stand beside it, `others` are campaigns."""
    made: list[Workshop] = []

    def make(
        campaign: str,
        *,
        config: str = "",
        files: Mapping[str, str] | None = None,
        replaced_senders: str = "",
        **others: str,
    ) -> Workshop:
        beside = {f"campaigns/{name}.yaml": text for name, text in others.items()} | dict(files or {})
        for name, text in beside.items():
            _write(tmp_path / name, text)
        whole = CONFIG + config.replace("{", "{{").replace("}", "}}")
        if replaced_senders:
            begin, end = whole.index("senders:"), whole.index("contact_fields:")
            senders = replaced_senders.replace("PORT", str(relay.port)).replace("{", "{{").replace("}", "}}")
            whole = whole[:begin] + senders.lstrip() + whole[end:]
        workshop = make_workshop(
            tmp_path, port=relay.port, database_url=sqlite_url, campaign=campaign, config=whole
        )  # fmt: skip
        wrong = [str(each) for each in running_library_of(workshop.project).problems if each.severity == "error"]
        assert not wrong, wrong
        made.append(workshop)
        workshop.one_pass()
        return workshop

    yield make
    for workshop in made:
        workshop.database.close()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
