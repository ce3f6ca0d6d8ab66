import subprocess
import sys

import pytest

from tests.judging.collection import ROOT
from tests.judging.large_mails import MAILS

MEGABYTES = 200


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_of_the_largest_size_is_judged_in_bounded_memory(name: str) -> None:
    command = [sys.executable, "-m", "tests.judging.large_mails", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= MEGABYTES
