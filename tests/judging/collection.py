"""The labelled mail collections, read from where they lie: `../shared/corpora`, or NURTURE_CORPORA."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("NURTURE_CORPORA") or ROOT.parent / "shared" / "corpora")
NOT_HERE = f"no mail collections at {CORPORA}: set NURTURE_CORPORA to where they lie"
_HEAD = (
    "From: somchai@example.net\nTo: mali@example.com\nSubject: Re: hello\nMIME-Version: 1.0\n"
    "Content-Type: text/{}; charset=utf-8\n\n"
)


def labelled(folder: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each mail of a collection with what its index says about it."""
    with (CORPORA / folder / "index.jsonl").open(encoding="utf-8") as index:
        for line in index:
            entry = json.loads(line)
            yield entry, (CORPORA / folder / entry["file"]).read_bytes()


def collections_in(folder: str) -> list[str]:
    """The collections under a folder, such as `mime`."""
    return sorted(path.parent.relative_to(CORPORA).as_posix() for path in CORPORA.glob(f"{folder}/*/index.jsonl"))


def as_mail(entry: dict[str, Any], raw: bytes) -> bytes:
    """The body of an answer, as which the collections of replies have it, as a whole mail."""
    return _HEAD.format("html" if entry.get("kind") == "html" else "plain").encode() + raw
