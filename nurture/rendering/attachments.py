"""Rendering's attachments: files of the project that go along with a mail."""

import mimetypes
from pathlib import Path, PurePosixPath

from nurture.domain.content import Attachment
from nurture.errors import InvalidInput
from nurture.rendering.files import DiskFiles, Files

MAX_BYTES = 10_000_000
"""All attachments of one mail together; many mail servers refuse more than that."""

_SECRETS = (".db", ".db-wal", ".db-shm", ".sqlite", ".sqlite3", ".pem", ".key", ".p12", ".env")


def attached(files: Path | Files, names: tuple[str, ...]) -> tuple[Attachment, ...]:
    """The files, of the project's folder or of a version; InvalidInput for one not there, not inside, or too large."""
    files = DiskFiles(files) if isinstance(files, Path) else files
    found: list[Attachment] = []
    size = 0
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        stamp = files.stamp(name, what="attachment")
        if path.suffix.lower() in _SECRETS or path.name.startswith(".") or path.name.lower() == "config.yaml":
            raise InvalidInput(
                f"attachment `{name}` looks like a secret", hint="Give the file another name if it is none."
            )
        size += stamp[1]
        if size > MAX_BYTES:
            raise InvalidInput(
                f"with attachment `{name}` the mail has more than {MAX_BYTES // 1_000_000} MB", hint="Link to the file."
            )
        found.append(
            Attachment(
                filename=path.name,
                content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                data=files.read(name, what="attachment"),
            )
        )
    return tuple(found)
