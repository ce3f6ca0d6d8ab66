"""`init`, `check` and `schema`: what a project consists of and what is wrong with it."""

import json
from pathlib import Path

import yaml

from tests.cli.commands import call, edit
from tests.cli.conftest import Nurture


def test_init_makes_a_project_without_a_fault(tmp_path: Path) -> None:
    made = call("init", tmp_path / "my shop")

    assert made.code == 0
    assert "nurture check" in made.out
    assert call("-C", tmp_path / "my shop", "check", "--json").json == {"errors": [], "warnings": [], "campaigns": 1}
    names = {path.name for path in (tmp_path / "my shop").iterdir()}
    assert {"config.yaml", "campaign.schema.json", ".gitignore", "contacts.csv", "templates", "campaigns"} <= names


def test_what_init_makes_keeps_its_promises_and_can_be_simulated(tmp_path: Path) -> None:
    assert call("init", tmp_path / "shop").code == 0

    tested = call("-C", tmp_path / "shop", "test")
    simulated = call("-C", tmp_path / "shop", "simulate", "trial-follow-up", "--contacts", "30", "--json")

    assert (tested.code, tested.out.splitlines()[-1]) == (0, "All right: 3 scenarios met.")
    assert simulated.code == 0
    assert {sent["step"] for sent in simulated.json["sends"]} >= {"welcome", "how-is-it-going"}
    assert not (tmp_path / "shop" / "nurture.db").exists()


def test_editors_find_the_schema_of_every_file_that_init_makes(tmp_path: Path) -> None:
    assert call("init", tmp_path / "shop").code == 0
    written = [tmp_path / "shop" / "config.yaml", *(tmp_path / "shop" / "campaigns").rglob("*.yaml")]

    for path in written:
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = json.loads((path.parent / first.partition("=")[2]).read_text("utf-8"))
        known = schema.get("properties") or schema["$defs"]["ScenarioShape"]["properties"]
        documents = yaml.safe_load(path.read_text("utf-8"))
        for document in documents if isinstance(documents, list) else [documents]:
            assert set(document) <= set(known)
    assert len(written) == 3


def test_what_init_makes_is_checked_and_tested_by_github(tmp_path: Path) -> None:
    assert call("init", tmp_path / "shop").code == 0

    workflow = yaml.safe_load((tmp_path / "shop/.github/workflows/nurture.yml").read_text("utf-8"))

    ran = [step["run"] for step in workflow["jobs"]["campaigns"]["steps"] if "run" in step]
    assert ran[-2:] == ["nurture check", "nurture test"]
    assert "# shop" in (tmp_path / "shop" / "README.md").read_text("utf-8")


def test_what_init_makes_sends_nothing_beyond_this_machine(project: Path) -> None:
    active = [line for line in (project / "config.yaml").read_text().splitlines() if not line.lstrip().startswith("#")]

    assert "    transport: {folder: outbox}" in active
    assert not any("smtp:" in line or "imap" in line for line in active)


def test_init_leaves_a_folder_alone_that_holds_anything(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    answer = call("init", tmp_path)

    assert answer.code == 2
    assert "not empty" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_check_tells_every_problem_with_its_place_and_what_to_do(nurture: Nurture, project: Path) -> None:
    edit(project, "email: trial/welcome", "emial: trial/welcome", "campaigns/trial-follow-up.yaml")
    (project / "templates/emails/trial/thank-you.md").write_text("---\nsubject: x\n---\n{{ contact.frist_name }}\n")

    answer = nurture("check")

    assert answer.code == 1
    assert "campaigns/trial-follow-up.yaml:16:9: error [unknown_key]" in answer.out
    assert "→ Did you mean email?" in answer.out
    assert answer.out.rstrip().endswith("in 1 campaign and the config.")


def test_check_as_json_has_its_stable_keys(nurture: Nurture, project: Path) -> None:
    edit(project, "country: TH", "country: th")

    answer = nurture("check", "--json")

    assert answer.code == 1
    assert set(answer.json) == {"errors", "warnings", "campaigns"}
    [problem] = answer.json["errors"]
    assert set(problem) == {"file", "line", "column", "code", "message", "hint"}
    assert (problem["file"], problem["code"], problem["hint"]) == ("config.yaml", "unknown_country", "did you mean TH?")


def test_a_warning_alone_is_no_reason_to_stop(nurture: Nurture, project: Path) -> None:
    edit(project, "enroll:", "keywords: [unheard]\nenroll:", "campaigns/trial-follow-up.yaml")

    answer = nurture("check")

    assert answer.code == 0
    assert "0 errors, 1 warning" in answer.out


def test_schemas_are_written_beside_the_config(nurture: Nurture, project: Path) -> None:
    (project / "campaign.schema.json").unlink()

    assert nurture("schema").code == 0
    schema = json.loads((project / "campaign.schema.json").read_text())
    assert "stages" in schema["properties"]
    assert "senders" in json.loads((project / "config.schema.json").read_text())["properties"]


def test_a_schema_can_be_shown_anywhere(tmp_path: Path) -> None:
    assert "stages" in call("-C", tmp_path, "schema", "-").json["properties"]
    assert call("-C", tmp_path, "schema").code == 2
