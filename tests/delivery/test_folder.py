"""The folder as a way out."""

import asyncio
from pathlib import Path

import pytest

from nurture.delivery.folder import FolderTransport
from nurture.delivery.transport import Parcel
from nurture.domain.message import Accepted, Deferred, Outcome
from nurture.errors import RelayUnavailable
from tests.delivery.parcels import Mark, a_parcel

MESSAGE = b"Message-ID: <1@example.com>\r\nSubject: hello\r\n\r\nhello\r\n"


def put(folder: Path, parcel: Parcel, mark: Mark | None = None) -> Outcome:
    return asyncio.run(FolderTransport(folder).deliver(parcel, may_write=mark or Mark()))


def test_a_parcel_becomes_one_eml_file(tmp_path: Path) -> None:
    outcome = put(tmp_path / "out", a_parcel(data=MESSAGE))
    (file,) = (tmp_path / "out").iterdir()
    assert outcome == Accepted(reply=f"written to {file}")
    assert file.name.startswith("somchai@example.com_")
    assert file.suffix == ".eml"
    assert file.read_bytes() == MESSAGE


def test_the_same_message_again_is_the_same_file(tmp_path: Path) -> None:
    put(tmp_path, a_parcel(data=MESSAGE))
    put(tmp_path, a_parcel(data=MESSAGE + b"again\r\n"))
    put(tmp_path, a_parcel(data=MESSAGE.replace(b"<1@", b"<2@")))
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_left_where_the_mark_is_refused(tmp_path: Path) -> None:
    assert isinstance(put(tmp_path, a_parcel(data=MESSAGE), Mark(answer=False)), Deferred)
    assert list(tmp_path.iterdir()) == []


def test_no_recipient_leads_out_of_the_folder(tmp_path: Path) -> None:
    for recipient in ("../../x@y.z", "/etc/passwd", ".", "", "a/b@c.d", "ก@ข.ค"):
        put(tmp_path / "out", a_parcel(recipient, data=MESSAGE))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert all(path.is_file() and path.suffix == ".eml" for path in (tmp_path / "out").iterdir())


def test_a_folder_that_cannot_be_written_is_told_before_the_mark(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    mark = Mark()
    with pytest.raises(RelayUnavailable, match="folder for mails cannot be written"):
        put(tmp_path / "file", a_parcel(data=MESSAGE), mark)
    assert mark.asked == 0
