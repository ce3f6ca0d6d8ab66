"""A scenario as the text of a YAML document: what `simulate --record` writes, and what `test --update` puts in place.

The layout is stable: one entry a line, keys in one order, quotes only where YAML or its readers need them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from nurture.domain.scenario import (
    NOBODY,
    Act,
    BeAway,
    Bounce,
    Buy,
    Click,
    CloseTask,
    Complain,
    Entry,
    Expectation,
    Halt,
    Happen,
    Moment,
    Open,
    OurAct,
    OwnerWrites,
    PutTags,
    Reply,
    Resume,
    Scenario,
    SetFields,
    TheirAct,
    Unsubscribe,
)
from nurture.domain.value import Value

MODELINE = "# yaml-language-server: $schema=../../scenario.schema.json\n"
_PLAIN = re.compile(r"[A-Za-z_\u00c0-\u024f\u0e00-\u0e7f][\w\u0e00-\u0e7f .@/+%()…-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:+Z-]+)?")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"})
_INSIDE_FLOW = frozenset(",[]{}")

Pairs = Iterable[tuple[str, object]]


def scenario_text(scenario: Scenario, *, has_modeline: bool = True) -> str:
    """The whole document, ready for a file of `campaigns/tests/`."""
    contact: list[tuple[str, object]] = [("email", scenario.email)] if scenario.email != NOBODY else []
    contact += [*scenario.values.items(), *([("tags", scenario.tags)] if scenario.tags else [])]
    lines = [f"scenario: {_scalar(scenario.name, is_in_flow=False)}", f"campaign: {scenario.campaign}"]
    if scenario.beside:
        lines.append(f"beside: {_flow(scenario.beside)}")
    lines.append(f"start: {scenario.start.isoformat(timespec='minutes')}")
    if contact:
        lines.append(f"contact: {_mapping(contact)}")
    if scenario.happens:
        lines.append(f"enrolled_by: {_mapping(_fields_of(scenario.happens))}")
    if scenario.until:
        lines.append(f"until: {scenario.until.after or scenario.until.day}")
    if scenario.is_listed_only:
        lines.append("only: listed")
    if scenario.timeline:
        lines += ["timeline:", *(f"  - {entry_text(entry)}" for entry in scenario.timeline)]
    lines += ["expect:" if scenario.expect else "expect: []"]
    lines += [f"  - {expectation_text(each)}" for each in scenario.expect]
    return (MODELINE if has_modeline else "") + "\n".join(lines) + "\n"


def entry_text(entry: Entry) -> str:
    """One entry of a timeline, as `{after: 4d, reply: "…"}`."""
    return _mapping([*_moment(entry.when), *_fields_of(entry.act)])


def expectation_text(expected: Expectation) -> str:
    """One line of `expect`, as `{date: 2026-03-02, at: "09:00", email: hello}`."""
    if expected.kind == "nothing_until":
        return _mapping([("nothing_until", expected.day)])
    pairs: list[tuple[str, object]] = [("date", expected.day), ("at", expected.at)]
    if expected.kind == "not_enrolled":
        pairs.append(("not_enrolled", expected.because or True))
    else:
        pairs += [(expected.kind, expected.name), ("kind", expected.task_kind), ("because", expected.because)]
    pairs += [("subject", expected.subject), ("contains", expected.contains or None)]
    return _mapping((key, value) for key, value in pairs if value is not None)


def _moment(when: Moment) -> Pairs:
    pairs = (("after", None if when.after is None else str(when.after)), ("date", when.day), ("at", when.at))
    return [(key, value) for key, value in pairs if value is not None]


def _fields_of(act: Act) -> list[tuple[str, object]]:
    pairs = _by_us(act) if isinstance(act, OurAct) else _by_them(act)
    return [(key, value) for key, value in pairs if value is not None]


def _by_them(act: TheirAct) -> list[tuple[str, object]]:
    match act:
        case Reply(text=text, from_=from_, to=to):
            return [("reply", text), ("from", from_), ("to", to)]
        case Happen(event=event, fields=fields):
            return [("event", event), ("fields", fields or None)]
        case Buy() as buy:
            return [("order", _order(buy))]
        case Open(step=step):
            return [("open", step)]
        case Click(link=link):
            return [("click", link)]
        case BeAway(back_on=back_on, text=text):
            away = {key: value for key, value in (("back_on", back_on), ("text", text)) if value is not None}
            return [("out_of_office", text if back_on is None else away)]
        case Bounce(is_hard=is_hard, to=to):
            return [("bounce", "hard" if is_hard else "soft"), ("to", to)]
        case Complain():
            return [("complaint", True)]
        case Unsubscribe(is_for_campaign=is_for_campaign):
            return [("unsubscribe", "campaign" if is_for_campaign else True)]


def _by_us(act: OurAct) -> list[tuple[str, object]]:
    match act:
        case SetFields(values=values):
            return [("set", values)]
        case PutTags(tags=tags, is_removed=is_removed):
            return [("untag" if is_removed else "tag", tags)]
        case CloseTask(words=words):
            return [("task_done", True if words is None else words)]
        case Resume():
            return [("resume", True)]
        case Halt(for_=for_):
            return [("pause", True if for_ is None else str(for_))]
        case OwnerWrites(subject=subject):
            return [("owner_wrote", subject)]


def _order(buy: Buy) -> dict[str, object]:
    made: dict[str, object] = {"total": buy.total, "currency": buy.currency}
    if buy.number is not None:
        made["number"] = buy.number
    if buy.items:
        made["items"] = [
            {"product": each.product, "quantity": each.quantity, "price": each.price} for each in buy.items
        ]
    return made


def _mapping(pairs: Pairs) -> str:
    return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in pairs) + "}"


def _flow(value: object) -> str:
    match value:
        case Mapping():
            return _mapping(value.items())
        case list() | tuple():
            return "[" + ", ".join(_flow(each) for each in value) + "]"
        case _:
            return _scalar(value, is_in_flow=True)


def _scalar(value: object, *, is_in_flow: bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case date():
            return value.isoformat()
        case time():
            return f'"{value:%H:%M}"'
        case int() | float():
            return str(value)
        case Decimal():
            return format(value, "f")
        case _:
            return _text(str(value), is_in_flow=is_in_flow)


def _text(text: str, *, is_in_flow: bool) -> str:
    """Plain where every YAML reader takes it for the same text, else in double quotes."""
    is_plain = _PLAIN.fullmatch(text) or _DATE.fullmatch(text) or re.fullmatch(r"\d+(m|h|d|w|bd)", text)
    if not is_plain or text != text.strip() or text.lower() in _NOT_TEXT or (is_in_flow and _INSIDE_FLOW & set(text)):
        return json.dumps(text, ensure_ascii=False)
    return text


def plain_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Fields without those that hold nothing: what a recorded contact is written with."""
    return {name: value for name, value in values.items() if value not in (None, "", ())}
