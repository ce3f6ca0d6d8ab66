"""The small words of the language (durations, weekdays, hours, dates) as pydantic types that give domain values."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any, LiteralString

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from nurture.domain.duration import Duration, parse_duration
from nurture.domain.limits import Cap, parse_cap
from nurture.loader.nearest import did_you_mean

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_DAYS = {name: name[:3] for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.?[^\s@<>,;\"]+")
_LONGEST = Duration(days=3660)
QUOTE = "put it in quotes to make it text"


def wrong(code: LiteralString, message: str, hint: str = "") -> PydanticCustomError:
    """The error that pydantic collects; `validation` turns it into a problem of this code."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def show(value: object) -> str:
    """A value as an error quotes it: in YAML's words, and short."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = " ".join(str(value).split())
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"


def as_text(value: object) -> str:
    """The text, without blanks around it; a number or true/false asks for quotes."""
    if isinstance(value, bool | int | float):
        raise wrong("wrong_type", f"{show(value)} is no text", QUOTE)
    if not isinstance(value, str):
        raise wrong("wrong_type", f"{show(value)} stands where a text must", "write a text after the colon")
    if not value.strip():
        raise wrong("empty_value", "the text is empty", "write something, or leave the key out")
    return value.strip()


def _as_condition(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value)


def as_duration(value: object) -> Duration:
    """A span of time; a number alone has no unit and is refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise wrong("bad_duration", f"{show(value)} has no unit", f"write {value}d, {value}h or {value}m")
    text = as_text(value)
    duration = parse_duration(text)
    if duration is None:
        raise wrong("bad_duration", f"{show(text)} is no span of time", "write it as 30m, 4h, 3d, 2w or 2bd")
    too_long = duration.days > _LONGEST.days or duration.business_days > _LONGEST.days
    if too_long or duration.seconds > _LONGEST.days * 86400:
        raise wrong("bad_duration", f"{show(text)} is longer than ten years", "write less")
    return duration


def _as_span(value: object) -> Duration:
    duration = as_duration(value)
    if not duration:
        raise wrong("bad_duration", "the span is empty", "write more than 0")
    return duration


def as_clock(value: object) -> time:
    """A time on the wall, `9:30` or `09:30`."""
    text = as_text(value)
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise wrong("bad_time", f"{show(text)} is no time of day", 'write it as "09:30"')
    return time(int(found[1]), int(found[2]))


def as_days(value: object) -> frozenset[int]:
    """Weekdays as `mon-fri`, `tue,thu` or a list of them; Monday is 0."""
    parts = value if isinstance(value, list) else as_text(value).split(",")
    days: set[int] = set()
    for part in parts:
        first, _, last = (piece.strip() for piece in as_text(part).partition("-"))
        begin = _day(first)
        end = _day(last) if last else begin
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    if not days:
        raise wrong("bad_days", "no day is named", "write it as mon-fri or tue,thu")
    return frozenset(days)


def _day(word: str) -> int:
    short = _LONG_DAYS.get(word.lower(), word.lower())
    if short not in DAY_NAMES:
        raise wrong(
            "bad_days",
            f"{show(word)} is no day of the week",
            did_you_mean(word, (*DAY_NAMES, *_LONG_DAYS), most=0) or "write it as mon-fri or tue,thu",
        )
    return DAY_NAMES.index(short)


def as_hours(value: object) -> tuple[tuple[time, time], ...]:
    """Spans of one day in order, those that touch or overlap put together."""
    parts = value if isinstance(value, list) else [piece.strip() for piece in as_text(value).split(",")]
    spans = sorted(_hours_span(as_text(part)) for part in parts)
    if not spans:
        raise wrong("bad_hours", "no hours are named", 'write them as "09:00-17:30"')
    joined = [spans[0]]
    for begin, end in spans[1:]:
        if begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _hours_span(text: str) -> tuple[time, time]:
    first, dash, last = (piece.strip() for piece in text.replace("–", "-").partition("-"))
    if not dash:
        raise wrong("bad_hours", f"{show(text)} is no span of hours", 'write it as "09:00-17:30"')
    begin = as_clock(first)
    end = time.max if last == "24:00" else as_clock(last)
    if end <= begin:
        hint = (
            f'write two spans: ["{begin:%H:%M}-24:00", "00:00-{end:%H:%M}"]' if end < begin and end != time.min else ""
        )
        raise wrong("bad_hours", f"{show(text)} ends before it begins", hint or 'an end at midnight is "24:00"')
    return begin, end


def as_day(text: str) -> date | None:
    """The day that `text` writes as 2026-04-01, None where it writes none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _as_cap(value: object) -> Cap:
    text = as_text(value)
    cap = parse_cap(text)
    if cap is None:
        raise wrong("bad_cap", f"{show(text)} is no limit", "write it as 1 per 20h or 3 per 7d")
    return cap


def _matching(pattern: re.Pattern[str], code: LiteralString, what: str, hint: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = as_text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
        if not pattern.fullmatch(text):
            raise wrong(code, f"{show(text)} is no {what}", hint)
        return text

    return check


def _as_template(value: object) -> str:
    text = as_text(value)
    stem, dot, ending = text.rpartition(".")
    if dot and ending in ("md", "html", "mjml", "txt"):
        raise wrong("bad_template_name", f"{show(text)} has an ending", f"leave it out: {stem}")
    if text.startswith("templates/"):
        raise wrong("bad_template_name", "the path begins under templates/emails", "leave `templates/emails/` out")
    parts = text.split("/")
    if not all(_IDENTIFIER.fullmatch(part) for part in parts) or ".." in parts:
        raise wrong("bad_template_name", f"{show(text)} is no path of a template", "write it as cycle/hello")
    return text


def _as_tuple(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _as_whole(value: object) -> object:
    """A whole number, also one that came from the environment as text."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,9}\s*", value):
        return int(value)
    return value


def _schema(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **({"pattern": pattern} if pattern else {}), **more})


def _one_or_many(of: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [of, {"type": "array", "items": of, "minItems": 1}]})


_DURATION = r"^\s*(\d{1,5}\s*(m|h|d|w|bd)|P.+)\s*$"
_HOURS = {"type": "string", "examples": ["09:00-17:30"]}
_DAYS = {"type": "string", "examples": ["mon-fri", "tue,thu"]}
_CAP = {"type": "string", "examples": ["1 per 20h", "3 per 7d"]}

Text = Annotated[str, PlainValidator(as_text), _schema()]
ConditionText = Annotated[
    str, PlainValidator(_as_condition), WithJsonSchema({"type": ["string", "boolean"], "examples": ["contact.phone"]})
]
DurationText = Annotated[Duration, PlainValidator(as_duration), _schema(_DURATION, examples=["3d", "4h", "2bd"])]
SpanText = Annotated[Duration, PlainValidator(_as_span), _schema(_DURATION, examples=["5d", "2w"])]
Clock = Annotated[time, PlainValidator(as_clock), _schema(r"^\d{1,2}:\d{2}$", examples=["09:30"])]
Days = Annotated[frozenset[int], PlainValidator(as_days), _one_or_many(_DAYS)]
Hours = Annotated[tuple[tuple[time, time], ...], PlainValidator(as_hours), _one_or_many(_HOURS)]
Caps = Annotated[tuple[Annotated[Cap, PlainValidator(_as_cap)], ...], BeforeValidator(_as_tuple), _one_or_many(_CAP)]
TemplatePath = Annotated[str, PlainValidator(_as_template), _schema(examples=["cycle/hello"])]
Identifier = Annotated[
    str,
    PlainValidator(_matching(_IDENTIFIER, "bad_name", "name", "use letters, digits, `-`, `_` and `.`")),
    _schema(_IDENTIFIER.pattern),
]
FieldName = Annotated[
    str,
    PlainValidator(_matching(_NAME, "bad_name", "name of a field", "use letters, digits and `_`; begin with a letter")),
    _schema(_NAME.pattern),
]
Address = Annotated[
    str,
    PlainValidator(_matching(_ADDRESS, "bad_address", "mail address", "write it as mali@example.com")),
    _schema(examples=["mali@example.com"]),
]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple), _one_or_many({"type": "string"})]
Number = Annotated[int, BeforeValidator(_as_whole), WithJsonSchema({"type": ["integer", "string"]})]
