"""The JSON Schema that editors complete and check by, made from the same shapes that the loader reads."""

from collections.abc import Iterator
from typing import Any, Literal

from nurture.loader.campaign_shape import CampaignShape
from nurture.loader.config_shape import ConfigShape

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: Literal["campaign", "config"] = "campaign") -> dict[str, Any]:
    """The schema of a file of `campaigns/`, or of `config.yaml`, as JSON-ready values."""
    shape, title = (CampaignShape, "nurture campaign") if kind == "campaign" else (ConfigShape, "nurture config")
    schema: dict[str, Any] = {"$schema": _DIALECT, **shape.model_json_schema(by_alias=True), "title": title}
    _tidy(schema)
    for required in ("stages",) if kind == "campaign" else ():
        schema.setdefault("required", []).append(required)
    return schema


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
