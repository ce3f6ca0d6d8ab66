"""The reference of every key as Markdown, made from the shapes that the loader reads, between marks in a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nurture.errors import InvalidInput
from nurture.loader.schema import Kind, json_schema

_TITLES: Mapping[Kind, str] = {
    "campaign": "A campaign",
    "config": "The config",
    "scenario": "A scenario",
    "behaviour": "Behaviour",
}
DEFAULTS: Mapping[str, str] = {
    "CampaignShape.sender": "the only one",
    "CampaignShape.enroll": "manual",
    "CampaignShape.on_unknown": "hold",
    "CampaignShape.enabled": "true",
    "CampaignShape.window": "any",
    "CampaignShape.timing": "earliest",
    "CampaignShape.limits": "on",
    "CampaignShape.priority": "normal",
    "CampaignShape.replies": "as the language says",
    "EnrollShape.when": "manual",
    "EnrollShape.again": "never",
    "WindowShape.days": "every day",
    "WindowShape.hours": "all day",
    "WindowShape.holidays": "false",
    "StageShape.window": "the campaign's",
    "StageShape.timing": "the campaign's",
    "StageShape.limits": "the campaign's",
    "StageShape.priority": "the campaign's",
    "StageShape.replies": "the campaign's",
    "StageShape.then": "wait before a stage with `enter`, else advance",
    "StepShape.id": "the template's last part, or its kind",
    "StepShape.after": "at once",
    "StepShape.late": "skip",
    "StepShape.kind": "todo",
    "StepShape.window": "the stage's, for mails and tasks",
    "StepShape.timing": "the stage's, for mails and tasks",
    "StepShape.limits": "the stage's",
    "StepShape.priority": "the stage's",
    "StepShape.from": "the campaign's sender",
    "StepShape.subject": "the template's",
    "StepShape.preheader": "the template's",
    "StepShape.thread": "new",
    "StepShape.playbook": "the stage's",
    "ReplyShape.at_most": "14d",
    "ReplyShape.kind": "todo",
    "TrackShape.opens": "true",
    "TrackShape.clicks": "true",
    "ConfigShape.lease": "2m",
    "SmtpShape.security": "starttls; none on loopback",
    "InboxShape.security": "tls; none on loopback",
    "InboxShape.kind": "imap",
    "InboxShape.folder": "INBOX",
    "OrderShape.currency": "THB",
    "ItemShape.quantity": "1",
    "EntryShape.at": "noon for a date alone",
    "ScenarioShape.contact": "somebody at example.com",
    "ScenarioShape.enrolled_by": "the campaign's first event",
    "ScenarioShape.until": "as far as `expect` says",
    "ScenarioShape.best": "earliest",
}
"""What a key means that is not written, by shape and key; others mean nothing then."""

NOT_YET = frozenset(
    {
        *(f"{shape}.patience" for shape in ("CampaignShape", "StageShape", "StepShape")),
        *(f"StepShape.{key}" for key in ("offer", "variants", "optimise", "keep_winner")),
        "CampaignShape.holdout",
        "RatesShape.warm_up",
        "ScenarioShape.variants",
    }
)
"""Keys that are known, and told as to come; `timing: best` is the one such value."""


def reference(kind: Kind) -> str:
    """A table of keys for each part of a file of that kind, the file itself first."""
    schema = json_schema(kind)
    parts: dict[str, Any] = schema.get("$defs", {})
    top = f"{kind.capitalize()}Shape"
    whole = parts.pop(top, schema)
    tables = [_table(_TITLES[kind], top, whole), *(_table(_title(name), name, part) for name, part in parts.items())]
    return "\n\n".join(tables)


def with_references(document: str) -> str:
    """The document with what stands between `<!-- reference KIND -->` and `<!-- end -->` made anew.

    Raises InvalidInput where there are no such marks.
    """
    marks = re.compile(r"(<!-- reference (campaign|config|scenario|behaviour) -->\n).*?(<!-- end -->)", re.DOTALL)
    made, found = marks.subn(lambda mark: f"{mark[1]}\n{reference(_kind(mark[2]))}\n\n{mark[3]}", document)
    if not found:
        raise InvalidInput("the document has no marks", hint="Write <!-- reference campaign --> and <!-- end -->.")
    return made


def _kind(word: str) -> Kind:
    return next(kind for kind in _TITLES if kind == word)


def _title(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Shape")).lower()
    return words[0].upper() + words[1:]


def _table(title: str, name: str, part: Mapping[str, Any]) -> str:
    said = [str(part["description"]).split("\n\n")[0]] if part.get("description") else []
    rows = [_row(name, key, inner) for key, inner in part.get("properties", {}).items()]
    head = ["| key | takes | without it | meaning |", "|---|---|---|---|"]
    anchor = f'<a id="{_anchor(name)}"></a>'
    return "\n".join([f"#### {anchor}{title}", "", *said, *([""] if said else []), *head, *rows])


def _row(name: str, key: str, inner: Mapping[str, Any]) -> str:
    takes = " or ".join(dict.fromkeys(_takes(inner)))
    meaning = str(inner.get("description", "")) + (" *Not available yet.*" if f"{name}.{key}" in NOT_YET else "")
    cells = (f"`{key}`", takes, DEFAULTS.get(f"{name}.{key}", ""), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _takes(node: Mapping[str, Any]) -> Iterator[str]:
    """What may stand there, in words; parts of the file as links to their own tables."""
    for several in ("oneOf", "anyOf"):
        for choice in node.get(several, ()):
            yield from _takes(choice)
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        yield f"[{_title(name).lower()}](#{_anchor(name)})"
    elif "enum" in node:
        yield from (f"`{_shown(word)}`" for word in node["enum"])
    elif "const" in node:
        yield f"`{_shown(node['const'])}`"
    elif node.get("type") == ["string", "boolean"]:
        yield "[condition](#conditions)"
    elif isinstance(node.get("type"), list):
        yield from (_WORDS.get(each, each) for each in node["type"])
    elif "type" in node:
        yield from _of_type(node)
    elif "oneOf" not in node and "anyOf" not in node:
        yield "any value"


def _of_type(node: Mapping[str, Any]) -> Iterator[str]:
    match node["type"]:
        case "array":
            yield f"list of {' or '.join(dict.fromkeys(_takes(node.get('items', {}))))}"
        case "object":
            inner = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties") or {})
            yield f"NAME: {' or '.join(dict.fromkeys(_takes(inner if isinstance(inner, dict) else {})))}"
        case "string" if node.get("examples"):
            yield "text such as " + ", ".join(f"`{example}`" for example in node["examples"])
        case kind:
            yield _WORDS.get(kind, kind)


_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
}


def _shown(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def _anchor(name: str) -> str:
    return "key-" + _title(name).lower().replace(" ", "-")
