"""From the token in a URL to the message it was signed for; what is forged looks like what never was."""

from nurture.domain.link import TokenPurpose, read_token
from nurture.domain.message import Message
from nurture.store import link_keys, messages
from nurture.store.database import Database


class TokenReader:
    """Verifies with the keys of the database, which are read again when a token fits none of those known."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: list[bytes] = []

    def message_of(self, purpose: TokenPurpose, token: str) -> Message | None:
        """The message that the token was signed for with this purpose; None for any other token."""
        row = read_token(purpose, token, self._keys) if self._keys else None
        with self._database.read() as conn:
            if row is None:
                self._keys = link_keys.newest_first(conn)
                row = read_token(purpose, token, self._keys)
            return messages.get(conn, row) if row is not None else None
