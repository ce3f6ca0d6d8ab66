"""The page for marketers: its reference is that of the loader, and every step of its tutorial checks."""

import re
from pathlib import Path

import pytest

from nurture.cli.check import checked
from nurture.domain.typecheck import FILTERS
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.loader.campaign_file import load_campaign
from nurture.loader.reference import DEFAULTS, NOT_YET, reference, with_references
from tests.cli.commands import call, edit

PAGE = Path(__file__).parents[2] / "docs" / "campaign-language.md"
TEXT = PAGE.read_text("utf-8")
_STEP = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<text>.*?)```"
    r"|<!-- edit: (?P<edited>\S+): (?P<old>.+?) -> (?P<new>.+?) -->"
    r"|^\$ nurture (?P<command>check|test)\b",
    re.DOTALL | re.MULTILINE,
)


def test_the_reference_is_that_of_the_loader() -> None:
    assert with_references(TEXT) == TEXT, "run `nurture schema --markdown docs/campaign-language.md`"
    assert all(f"`{name}`" in TEXT for name in FILTERS)


def test_what_the_reference_adds_speaks_of_keys_that_are_there() -> None:
    tables = "".join(reference(kind) for kind in ("campaign", "config", "scenario"))
    keys = {name.partition(".")[2] for name in (*DEFAULTS, *NOT_YET)}

    assert [key for key in sorted(keys) if f"| `{key}` |" not in tables] == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("CampaignShape.patience", "patience: 1d\nstages: {a: {steps: [{email: a}]}}"),
        ("CampaignShape.holdout", "holdout: 10%\nstages: {a: {steps: [{email: a}]}}"),
        ("StageShape.patience", "stages: {a: {patience: 1d, steps: [{email: a}]}}"),
        ("StepShape.patience", "stages: {a: {steps: [{email: a, patience: 1d}]}}"),
        ("StepShape.offer", "stages: {a: {steps: [{email: a, offer: x}]}}"),
        ("StepShape.variants", "stages: {a: {steps: [{email: a, variants: {b: {subject: x}}}]}}"),
        ("StepShape.optimise", "stages: {a: {steps: [{email: a, optimise: replies}]}}"),
        ("StepShape.keep_winner", "stages: {a: {steps: [{email: a, keep_winner: true}]}}"),
    ],
)
def test_a_key_that_is_not_available_yet_is_said_to_be_so(key: str, text: str) -> None:
    loaded = load_campaign(text.encode(), name="a", file="a.yaml", vocabulary=Vocabulary(senders=("mali",)))

    assert [problem.code for problem in loaded.problems] == ["later"]
    assert key in NOT_YET


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no marks"):
        with_references("# Nothing")


def test_every_step_of_the_tutorial_checks_and_its_scenarios_hold(tmp_path: Path) -> None:
    project = tmp_path / "my-shop"
    assert call("init", project).code == 0
    done = []
    for step in _STEP.finditer(TEXT.partition("## Time")[0]):
        if step["file"]:
            path = project / step["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step["text"], "utf-8")
        elif step["edited"]:
            edit(project, step["old"], step["new"], step["edited"])
        elif step["command"] == "check":
            report = checked(project, None)
            assert [str(problem) for problem in (*report.errors, *report.warnings)] == []
            done.append("check")
        else:
            tested = call("-C", project, "test")
            assert tested.code == 0, tested.out
            done.append("test")
    assert done == ["check", "check", "check", "check", "test"]


def test_links_of_the_page_lead_somewhere() -> None:
    targets = set(re.findall(r"\]\(([^)#:]+)\)", TEXT))

    assert [target for target in sorted(targets) if not (PAGE.parent / target).is_file()] == []
    anchors = set(re.findall(r"\]\(#([\w-]+)\)", TEXT))
    ids = set(re.findall(r'<a id="([\w-]+)">', TEXT))
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in TEXT.splitlines() if line.startswith("#")}
    assert anchors - ids - headings == set()
