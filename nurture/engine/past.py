"""What ran before: which edits lie between the version that a run last went by and the one that runs."""

from itertools import pairwise
from threading import Lock

from nurture.domain.campaign import Campaign
from nurture.domain.change import Change, compare
from nurture.engine.version import Built, built
from nurture.errors import InvalidInput
from nurture.store import versions
from nurture.store.connection import Connection
from nurture.store.versions import Version

_KEPT = 200  # versions and edits between them: far more than anybody's people are spread over


class Past:
    """Versions made again from their rows, each once; rows never change, so what was made stays right."""

    def __init__(self) -> None:
        self._built: dict[int, Built | InvalidInput] = {}
        self._changes: dict[tuple[int, int], Change] = {}
        self._lock = Lock()

    def built(self, conn: Connection, version: Version) -> Built:
        """The version ready to run. Raises InvalidInput where this release cannot make a campaign of it any more."""
        with self._lock:
            found = self._built.get(version.id)
        if found is None:
            found = _made(conn, version)
            with self._lock:
                self._forget_some()
                self._built[version.id] = found
        if isinstance(found, InvalidInput):
            raise found
        return found

    def changes(self, conn: Connection, campaign: Campaign, digest: str) -> tuple[Change, ...]:
        """Each edit from the version of that digest to `campaign`, oldest first; none where either is not known.

        A version that cannot run any more is passed over, as if the edits around it had been one.
        """
        number = versions.number_of(conn, campaign.name, campaign.digest)
        found = versions.since(conn, campaign.name, digest, to=number) if number is not None else []
        way = [each for each in found if self._runs(conn, each)]
        return tuple(self._change(conn, one, other) for one, other in pairwise(way))

    def campaign_at(self, conn: Connection, campaign: str, digest: str) -> Campaign | None:
        """The campaign as that version has it; None where that is not known."""
        number = versions.number_of(conn, campaign, digest)
        found = versions.since(conn, campaign, digest, to=number) if number is not None else []
        return self.built(conn, found[0]).campaign if found and self._runs(conn, found[0]) else None

    def _runs(self, conn: Connection, version: Version) -> bool:
        try:
            self.built(conn, version)
        except InvalidInput:
            return False
        return True

    def _change(self, conn: Connection, one: Version, other: Version) -> Change:
        key = (one.id, other.id)
        found = self._changes.get(key)
        if found is None:
            found = compare(self.built(conn, one).campaign, self.built(conn, other).campaign)
            self._changes[key] = found
        return found

    def _forget_some(self) -> None:
        while len(self._built) >= _KEPT:
            self._built.pop(next(iter(self._built)))
        while len(self._changes) >= _KEPT:
            self._changes.pop(next(iter(self._changes)))


def _made(conn: Connection, version: Version) -> Built | InvalidInput:
    try:
        return built(
            name=version.campaign,
            digest=version.digest,
            file=version.file,
            files=versions.contents(conn, version),
            words=version.words,
            formerly=version.formerly,
        )
    except InvalidInput as trouble:
        return trouble
