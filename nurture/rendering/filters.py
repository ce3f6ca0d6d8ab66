"""Rendering's list of filters: the few that mails need, each of which costs what it makes.

Everything else that Jinja brings is left out: `attr`, `map`, `format`, `center`, `safe`, `tojson` and their kin either
reach into Python, make texts of any size, or switch escaping off.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from urllib.parse import quote

from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined
from markupsafe import Markup, escape

from nurture.domain.portable import lower, trim, upper
from nurture.rendering.meter import under_way
from nurture.rendering.wording import date_in_words, money_in_words, number_in_words, time_in_words, weekday_in_words

Filter = Callable[..., object]
_DATE_STYLES = ("long", "short", "full")


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_in_words(value).replace(",", "")
    raise TemplateRuntimeError(f"`{name}` takes a text, not {_kind(value)}")


def _number(value: object, name: str) -> int | float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise TemplateRuntimeError(f"`{name}` takes a number, not {_kind(value)}")


def _items(value: object, name: str) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return value
    raise TemplateRuntimeError(f"`{name}` takes a list, not {_kind(value)}")


def _kind(value: object) -> str:
    if isinstance(value, Undefined):
        str(value)  # raises, and names what is not known
    kinds = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    return kinds.get(type(value), "a date" if isinstance(value, date) else f"a {type(value).__name__}")


def _default(value: object, fallback: object = "") -> object:
    if isinstance(value, Undefined):
        str(value)
    return fallback if value is None else value


def _upper(value: object) -> str:
    return upper(_text(value, "upper"))


def _lower(value: object) -> str:
    return lower(_text(value, "lower"))


def _capitalize(value: object) -> str:
    text = _text(value, "capitalize")
    return text[:1].upper() + text[1:]


def _title(value: object) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in _text(value, "title").split(" "))


def _trim(value: object) -> str:
    return trim(_text(value, "trim"))


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else len(_items(value, "length"))


def _first(value: object) -> object:
    return next(iter(value if isinstance(value, str) else _items(value, "first")), None)


def _last(value: object) -> object:
    return next(reversed(value if isinstance(value, str) else _items(value, "last")), None)


def _sort(value: object) -> list[str]:
    return sorted(_text(item, "sort") for item in _items(value, "sort"))


def _join(value: object, between: str = "") -> str:
    items = [_text(item, "join") for item in _items(value, "join")]
    meter = under_way().meter
    meter.step(len(items))
    meter.grow(sum(map(len, items)) + len(between) * len(items))
    if any(hasattr(item, "__html__") for item in (*items, between)):
        return escape(between).join(items)
    return between.join(items)


def _replace(value: object, old: str, new: str) -> str:
    text, old, new = str(_text(value, "replace")), _text(old, "replace"), _text(new, "replace")
    if not old:
        raise TemplateRuntimeError("`replace` needs a text to look for")
    under_way().meter.grow(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _truncate(value: object, length: int = 80, end: str = "…") -> str:
    text = str(_text(value, "truncate"))
    if len(text) <= length:
        return text
    cut = text[: max(0, int(length) - len(end))]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + end


def _urlencode(value: object) -> str:
    return quote(_text(value, "urlencode"), safe="")


def _lines(value: object) -> Markup:
    """The text with its line breaks as `<br>`."""
    return Markup("<br>").join(escape(line) for line in str(_text(value, "lines")).splitlines())


def _round(value: object, decimals: int = 0) -> float | int | None:
    number = _number(value, "round")
    return None if number is None else round(number, min(6, max(0, int(decimals)))) if decimals else round(number)


def _abs(value: object) -> float | int | None:
    number = _number(value, "abs")
    return None if number is None else abs(number)


def _int(value: object) -> int | None:
    number = _number(value, "int")
    return None if number is None else int(number)


def _number_filter(value: object, decimals: int | None = None) -> str:
    number = _number(value, "number")
    return "" if number is None else number_in_words(number, None if decimals is None else min(6, max(0, decimals)))


def _money(value: object, currency: object = "") -> str:
    amount = _number(value, "money")
    return "" if amount is None else money_in_words(amount, _text(currency, "money")[:3], under_way().language)


def _on_the_wall(value: object, name: str) -> date | None:
    """A date, or a moment in the contact's zone."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(under_way().facts.zone)
    if isinstance(value, date):
        return value
    raise TemplateRuntimeError(f"`{name}` takes a date, not {_kind(value)}")


def _date(value: object, style: str = "long") -> str:
    if style not in _DATE_STYLES:
        raise TemplateRuntimeError(f"`date` has the styles {', '.join(_DATE_STYLES)}")
    day = _on_the_wall(value, "date")
    return "" if day is None else date_in_words(day, under_way().language, style)


def _time(value: object) -> str:
    moment = _on_the_wall(value, "time")
    return time_in_words(moment, under_way().language) if isinstance(moment, datetime) else ""


def _datetime(value: object, style: str = "long") -> str:
    return " ".join(part for part in (_date(value, style), _time(value)) if part)


def _weekday(value: object) -> str:
    day = _on_the_wall(value, "weekday")
    return "" if day is None else weekday_in_words(day, under_way().language)


def _paying(filter_: Filter) -> Filter:
    def paid(value: object, *arguments: object, **named: object) -> object:
        meter = under_way().meter
        meter.step(1 + (len(value) // 100 if isinstance(value, str | list | tuple) else 0))
        made = filter_(value, *arguments, **named)
        if isinstance(made, str | list):
            meter.grow(len(made))
        return made

    return paid


_FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "abs": _abs,
        "capitalize": _capitalize,
        "date": _date,
        "datetime": _datetime,
        "default": _default,
        "first": _first,
        "int": _int,
        "join": _join,
        "last": _last,
        "length": _length,
        "lines": _lines,
        "lower": _lower,
        "money": _money,
        "number": _number_filter,
        "replace": _replace,
        "round": _round,
        "sort": _sort,
        "time": _time,
        "title": _title,
        "trim": _trim,
        "truncate": _truncate,
        "upper": _upper,
        "urlencode": _urlencode,
        "weekday": _weekday,
    }
)
FILTERS: Mapping[str, Filter] = MappingProxyType({name: _paying(filter_) for name, filter_ in _FILTERS.items()})
"""Every filter that a template may use."""


def printed(value: object) -> str:
    """What `{{ value }}` puts into a mail: nothing for none, a date in words, a number as people write it.

    A list is refused: `join` says what stands between its items.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        under_way().meter.grow(len(value))
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_in_words(value).replace(",", "")
    if isinstance(value, datetime):
        return _datetime(value)
    if isinstance(value, date):
        return _date(value)
    if isinstance(value, list | tuple):
        raise TemplateRuntimeError("a list cannot be printed as it is: write `| join(', ')`")
    raise TemplateRuntimeError(f"{_kind(value)} cannot be printed: name one of its fields")
