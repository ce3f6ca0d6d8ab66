"""The JSON Schema knows every key of the language, each with words for the editor."""

import json
from collections.abc import Iterator

import pytest

from nurture.loader.schema import json_schema

CAMPAIGN_KEYS = (
    "description keywords audience enroll sender reply_to window timing patience limits priority holdout on_unknown "
    "stages replies exit on_change enabled"
)
STAGE_KEYS = "about playbook enter target outcome window timing replies then limits patience priority steps"
STEP_KEYS = (
    "email task notify wait choose set tag untag webhook id if unless after date days at window timing patience limits "
    "priority late kind due playbook for subject preheader from attach offer variants optimise keep_winner thread track"
)


def properties(schema: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    for node in schema.values():
        if isinstance(node, dict):
            inner = node.get("properties")
            yield from inner.items() if isinstance(inner, dict) else ()
            yield from properties(node)


def test_every_key_of_a_campaign_a_stage_and_a_step_is_there() -> None:
    schema = json_schema()

    assert schema["properties"].keys() == set(CAMPAIGN_KEYS.split())
    assert schema["$defs"]["StageShape"]["properties"].keys() == set(STAGE_KEYS.split())
    assert schema["$defs"]["StepShape"]["properties"].keys() >= set(STEP_KEYS.split())


@pytest.mark.parametrize("kind", ["campaign", "config"])
def test_every_key_has_words_and_the_whole_is_json(kind: str) -> None:
    schema = json_schema("config" if kind == "config" else "campaign")

    assert all(found.get("description") for _, found in properties({"": schema}))
    assert json.loads(json.dumps(schema)) == schema


def test_unknown_keys_are_refused_and_null_is_no_value() -> None:
    schema = json_schema()

    assert schema["additionalProperties"] is False
    assert '"null"' not in json.dumps(schema["properties"])
