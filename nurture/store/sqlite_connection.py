"""A connection to SQLite that can be given back with nothing of its last transaction left open."""

import sqlite3
from typing import Any
from weakref import WeakSet


class SqliteConnection(sqlite3.Connection):
    """Knows its cursors, since SQLite ends no snapshot while one of them has rows to come.

    The traceback of a fault keeps such a cursor alive until Python happens to clear it away. Meanwhile the next
    transaction on the connection would read what was true long ago, and be refused whatever it wants to write.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **settings: Any) -> Any:
        made = super().cursor(*args, **settings)
        self._cursors.add(made)
        return made

    def close_cursors(self) -> None:
        """End whatever is still being read; who goes on reading it is told that it is over."""
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()
