"""Checking: what `nurture check` takes for a hundred campaigns of three mails each, all different."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Row, Sizes, at_most, row
from tests.benchmarks.place import ROOT

_CONFIG = """
project: acme
timezone: Asia/Bangkok
country: TH
languages: [en]
company: {name: Acme Co. Ltd., address: "99 Rama I Rd, Bangkok 10330"}
senders:
  mali: {from: Mali <mali@example.com>, transport: {folder: outbox}}
contact_fields:
  company_size: {type: number}
events:
  trial_started: {}
"""
_CAMPAIGN = """
audience: contact.country in ["TH", "SG"]
enroll: {{when: [contact_created, form_submitted]}}
window: {{days: mon-fri, hours: "09:00-17:30", holidays: true}}
stages:
  awareness:
    then: advance
    steps:
      - email: c{number}/one
      - email: c{number}/two
        after: 3d
        unless: clicked("guide-one")
  intent:
    enter: happened("trial_started") or clicked("try-one")
    steps:
      - task: Ring {{{{ contact.first_name }}}}
        if: contact.company_size > 50
      - email: c{number}/three
        after: 2d
exit:
  lost: days_in_campaign > 60
"""
_MAIL = """---
subject: How campaign {number} goes on, part {part}
preheader: A short word about it
---
Hello{{% if contact.first_name %}} {{{{ contact.first_name }}}}{{% endif %}},

this is mail {part} of campaign {number}. [Read the guide](https://example.com/{number}/{part}){{guide-{part}}}, please.

* One point
* Another for {{{{ contact.company or "you" }}}}

[Try it](https://example.com/try/{number}){{try-{part} .button}}

Warm regards,\\
Mali
"""


def measure(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The row about checking; its seconds are those of the wall, with everything that starting takes."""
    project = folder / "checked"
    _write(project, sizes.campaigns)
    seconds = [_seconds(project) for _ in range(sizes.rounds)]
    yield row(f"check {sizes.campaigns} campaigns", seconds, "s", at_most(2))


def _write(project: Path, campaigns: int) -> None:
    emails = project / "templates" / "emails"
    layouts = emails / "layouts"
    layouts.mkdir(parents=True)
    layout = (ROOT / "templates" / "emails" / "layouts" / "default.html").read_text(encoding="utf-8")
    (layouts / "default.html").write_text(layout, encoding="utf-8")
    (project / "config.yaml").write_text(_CONFIG, encoding="utf-8")
    (project / "campaigns").mkdir()
    for number in range(campaigns):
        (project / "campaigns" / f"c{number}.yaml").write_text(_CAMPAIGN.format(number=number), encoding="utf-8")
        (emails / f"c{number}").mkdir()
        for part in ("one", "two", "three"):
            mail = _MAIL.format(number=number, part=part)
            (emails / f"c{number}" / f"{part}.md").write_text(mail, encoding="utf-8")


def _seconds(project: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "nurture", "-C", str(project), "check"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
