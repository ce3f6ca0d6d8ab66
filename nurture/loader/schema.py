"""The JSON Schema that editors complete and check by, made from the same shapes that the loader reads."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel

from nurture.loader.behaviour import BehaviourShape
from nurture.loader.campaign_shape import CampaignShape
from nurture.loader.config_shape import ConfigShape
from nurture.loader.scenario_shape import ScenarioShape

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


Kind = Literal["campaign", "config", "scenario", "behaviour"]
_SHAPES: Mapping[Kind, tuple[type[BaseModel], tuple[str, ...]]] = {
    "campaign": (CampaignShape, ("stages",)),
    "config": (ConfigShape, ()),
    "scenario": (ScenarioShape, ("scenario", "campaign", "start")),
    "behaviour": (BehaviourShape, ()),
}
"""Each kind of file with its shape, and the keys that the shape lets be missing only to tell it better."""


def json_schema(kind: Kind = "campaign") -> dict[str, Any]:
    """The schema of a file of `campaigns/`, of `config.yaml` or of `campaigns/tests/`, as JSON-ready values."""
    shape, required = _SHAPES[kind]
    schema: dict[str, Any] = {"$schema": _DIALECT, **shape.model_json_schema(by_alias=True), "title": f"nurture {kind}"}
    _tidy(schema)
    for key in required:
        schema.setdefault("required", []).append(key)
    return _one_or_list(schema) if kind == "scenario" else schema


def _one_or_list(schema: dict[str, Any]) -> dict[str, Any]:
    """A file of scenarios is one, or a list of them."""
    shape = {key: value for key, value in schema.items() if key not in ("$schema", "$defs", "title")}
    ref = {"$ref": "#/$defs/ScenarioShape"}
    return {
        "$schema": _DIALECT,
        "$defs": {**schema.get("$defs", {}), "ScenarioShape": shape},
        "anyOf": [ref, {"type": "array", "items": ref}],
        "title": schema["title"],
    }


def _tidy(schema: dict[str, Any]) -> None:
    """Take out what says nothing to a marketer: made-up titles, and null as the value of a key that may be absent."""
    for node in _nodes(schema):
        properties = node.get("properties")
        if not isinstance(properties, dict):
            continue
        for name, inner in properties.items():
            properties[name] = _property(inner, is_nullable=name in ("else", "wait"))


def _property(inner: dict[str, Any], *, is_nullable: bool) -> dict[str, Any]:
    made = {key: value for key, value in inner.items() if key not in ("title", "default")}
    choices = made.get("anyOf")
    if not isinstance(choices, list) or is_nullable:
        return made
    left = [choice for choice in choices if choice != {"type": "null"}]
    if len(left) == 1:
        del made["anyOf"]
        return {**left[0], **made}
    return {**made, "anyOf": left}


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)
