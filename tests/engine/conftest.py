from collections.abc import Iterator

import pytest

from tests.support.mail_server import MailServer


@pytest.fixture
def relay() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server
