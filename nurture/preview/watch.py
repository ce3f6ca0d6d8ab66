"""Whether anything that previews are made of has changed on disk."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

_Stamp = tuple[int, int]


class Watch:
    """Looks at files and at everything under folders; a file is read again where its time or size is another."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = tuple(places)
        self._known: dict[Path, tuple[_Stamp, bytes]] = {}

    def digest(self) -> str:
        """The same for the same names and contents, also where a file was saved as it was."""
        whole = hashlib.sha256()
        known: dict[Path, tuple[_Stamp, bytes]] = {}
        for path in self._files():
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_size)
                before = self._known.get(path)
                is_same = before is not None and before[0] == stamp
                content = before[1] if before and is_same else hashlib.sha256(path.read_bytes()).digest()
            except OSError:
                continue  # gone meanwhile, as editors save
            known[path] = (stamp, content)
            whole.update(str(path).encode() + b"\0" + content)
        self._known = known
        return whole.hexdigest()[:16]

    def _files(self) -> Iterator[Path]:
        for place in self._places:
            if place.is_dir():
                yield from sorted(path for path in place.rglob("*") if path.is_file())
            elif place.is_file():
                yield place
