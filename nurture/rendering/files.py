"""Where rendering's files come from: the project's folder on disk, or those kept with a version of a campaign.

Paths are relative to the project, with slashes.
"""

from collections.abc import Mapping
from pathlib import Path

from nurture.errors import InvalidInput

Stamp = tuple[int, int]
"""Of a file: when it was changed, in ns, and its size; two that differ mean another content."""


def confined(folder: Path, relative: str, *, what: str) -> Path:
    """The path of an existing file inside `folder`, links resolved; else InvalidInput."""
    _refuse_leading_out(relative, what)
    root = folder.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise InvalidInput(f"{what} `{relative}` is a link out of its folder", hint="Copy the file into the folder.")
    if not path.is_file():
        raise InvalidInput(f"there is no {what} `{relative}`")
    return path


def _refuse_leading_out(relative: str, what: str) -> None:
    parts = relative.replace("\\", "/").split("/")
    if relative.startswith(("/", "\\")) or ".." in parts or "\0" in relative or ":" in parts[0]:
        raise InvalidInput(f"{what} `{relative}` leads out of its folder", hint="Give a path inside the folder.")


class DiskFiles:
    """The files below a folder, as they are at each look. Raises InvalidInput for one that is not there or not inside.

    `within` is the folder that a path may not lead out of, which is also where it begins.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def stamp(self, path: str, *, within: str = "", what: str = "file") -> Stamp:
        found = confined(self._root / within, path, what=what).stat()
        return (found.st_mtime_ns, found.st_size)

    def read(self, path: str, *, within: str = "", what: str = "file") -> bytes:
        return confined(self._root / within, path, what=what).read_bytes()

    def names_in(self, folder: str) -> list[str]:
        """The names of what lies directly in the folder."""
        here = self._root / folder
        return sorted(entry.name for entry in here.iterdir()) if here.is_dir() else []

    def below(self, folder: str) -> list[str]:
        """The paths, relative to the folder, of all files at any depth."""
        here = self._root / folder
        return sorted(path.relative_to(here).as_posix() for path in here.rglob("*.*"))


class KeptFiles:
    """Files that were read once and never change, by path."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def stamp(self, path: str, *, within: str = "", what: str = "file") -> Stamp:
        return (0, len(self.read(path, within=within, what=what)))

    def read(self, path: str, *, within: str = "", what: str = "file") -> bytes:
        _refuse_leading_out(path, what)
        found = self._files.get(f"{within.rstrip('/')}/{path}".lstrip("/"))
        if found is None:
            raise InvalidInput(f"there is no {what} `{path}`")
        return found

    def names_in(self, folder: str) -> list[str]:
        return sorted(name for name in self.below(folder) if "/" not in name)

    def below(self, folder: str) -> list[str]:
        start = f"{folder.strip('/')}/".lstrip("/")
        return sorted(path.removeprefix(start) for path in self._files if path.startswith(start))


Files = DiskFiles | KeptFiles
