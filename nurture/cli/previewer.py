"""The previewer of a project, with the people of its database."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from nurture.app import renderer_of, rules_of
from nurture.cli.project import contact_by
from nurture.clock import Clock
from nurture.domain.campaign import Campaign
from nurture.domain.facts import Facts
from nurture.engine.rules import Rules
from nurture.errors import InvalidInput
from nurture.preview.people import Somebody, facts_of_contact
from nurture.preview.previewer import Materials, Previewer
from nurture.settings import CONFIG, Project
from nurture.store import contacts
from nurture.store.connection import Connection
from nurture.store.database import Database

_MOST_FOUND = 12


def previewer_of(read_project: Callable[[], Project], *, config: Path | None, clock: Clock) -> Previewer:
    """A previewer that asks for the project again when a file has changed; `config` is its file where not the usual.

    The database stays the one of the beginning. It is only read, and not made where there is none yet.
    """
    first = read_project()

    def read() -> Materials:
        now = read_project()
        return Materials(
            root=now.root,
            config=config or now.root / CONFIG,
            languages=now.languages,
            rules=rules_of(now),
            renderer=renderer_of(now),
        )

    def facts_of(email: str, campaign: Campaign, rules: Rules, now: datetime) -> Facts:
        with _reading(first.database_url) as conn:
            if conn is None:
                raise InvalidInput(f"no contact has the address {email}", hint="The project has no database yet.")
            contact = contact_by(conn, email)
            return facts_of_contact(conn, contact, campaign, now=now, zone=rules.zone, score_rules=rules.score_rules)

    def search(text: str) -> list[Somebody]:
        with _reading(first.database_url) as conn:
            found = contacts.search(conn, text, _MOST_FOUND) if conn else []
        return [
            Somebody(
                email=each.email,
                name=" ".join(part for part in (each.first_name, each.last_name) if part),
                language=each.language or "",
            )
            for each in found
        ]

    return Previewer(read, facts_of=facts_of, search=search, clock=clock)


@contextmanager
def _reading(url: str) -> Iterator[Connection | None]:
    """A look into the database; None where there is none yet, which a preview does not make."""
    with closing(Database(url)) as database:
        if database.is_memory or (database.path is not None and not database.path.exists()):
            yield None
            return
        database.check_current()
        with database.read() as conn:
            yield conn
