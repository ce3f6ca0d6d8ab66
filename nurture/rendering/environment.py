"""Rendering's Jinja: sandboxed, immutable, strict, with nothing in it that mails do not need.

Attributes, calls, operators and filters are closed lists; everything is metered (meter.py, sandbox.py).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import floordiv, mod
from types import MappingProxyType
from typing import Any, TypeVar

from jinja2 import BaseLoader, StrictUndefined, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateRuntimeError, TemplateSyntaxError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from nurture.domain.condition import Arithmetic, Compare, In, Literally
from nurture.domain.evaluate import evaluate
from nurture.domain.portable import as_number, date_of
from nurture.domain.value import Value
from nurture.rendering.context import Fields, Function
from nurture.rendering.filters import FILTERS, printed
from nurture.rendering.meter import under_way
from nurture.rendering.sandbox import CHARGE, COMPARE, CONCAT, METERED, SLICE, fence

T = TypeVar("T")
_MAX_SOURCE = 250_000
_KEPT = 64
"""More than the mails of a campaign: its check comes to each of them several times."""

_ATTRIBUTES: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        LoopContext: frozenset(
            {"index", "index0", "first", "last", "length", "revindex", "previtem", "nextitem", "cycle"}
        ),
        BlockReference: frozenset({"super"}),
    }
)
_DATE_PARTS = frozenset({"year", "month", "day", "hour", "minute"})
_TESTS: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {
        "none": lambda value: value is None,
        "defined": lambda value: not isinstance(value, Undefined),
        "undefined": lambda value: isinstance(value, Undefined),
        "odd": lambda value: isinstance(value, int) and value % 2 == 1,
        "even": lambda value: isinstance(value, int) and value % 2 == 0,
    }
)
TESTS = tuple(_TESTS)
"""Every test that a template may ask: `x is none` and so on."""


def is_jinja(source: str) -> bool:
    """Whether the text has anything for Jinja to do; else it is its own result."""
    return "{{" in source or "{%" in source or "{#" in source


class MailEnvironment(ImmutableSandboxedEnvironment):
    """The one environment of all templates; `is_html` switches escaping on, for good."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self, loader: BaseLoader | None, *, is_html: bool) -> None:
        super().__init__(
            loader=loader,
            autoescape=is_html,
            undefined=StrictUndefined,
            finalize=_finalize,
            optimized=False,  # folding constants would run filters and operators unmetered, when a template is read
            cache_size=1000,
            auto_reload=True,
            keep_trailing_newline=False,
        )
        self.globals.clear()
        self.tests.clear()
        self.tests.update(_TESTS)
        self.filters.clear()
        self.filters.update(FILTERS)
        woven = {CHARGE: _charged, METERED: _metered, COMPARE: _compared, CONCAT: _concatenated, SLICE: _sliced}
        self.filters.update(woven)
        self._seen = lru_cache(maxsize=_KEPT)(self.read_raw)
        self._found_right = lru_cache(maxsize=_KEPT)(self._read_and_fenced)

    def read_raw(self, source: str, name: str) -> nodes.Template:
        """The tree as the author wrote it, for looking at; TemplateSyntaxError as from any template."""
        return self._shielded(lambda: super(MailEnvironment, self)._parse(source, name, None), name)

    def tree_of(self, source: str, name: str) -> nodes.Template:
        """As `read_raw`, and the same tree for the same text: nobody may change it."""
        return self._seen(source, name)

    def refuse(self, source: str, name: str) -> None:
        """TemplateSyntaxError where the template does what none may; what was found right is not read again."""
        self._found_right(source, name)

    def _read_and_fenced(self, source: str, name: str) -> None:
        fence(self.read_raw(source, name), name=name, filename=None)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > _MAX_SOURCE:
            raise TemplateSyntaxError(f"the template is longer than {_MAX_SOURCE:,} characters", 1, name, filename)

        def parsed() -> nodes.Template:
            return fence(super(MailEnvironment, self)._parse(source, name, filename), name=name, filename=filename)

        return self._shielded(parsed, name)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        def generated() -> str:
            return super(MailEnvironment, self)._generate(source, name, filename, defer_init)

        return self._shielded(generated, name)

    def _compile(self, source: str, filename: str) -> Any:
        return self._shielded(lambda: super(MailEnvironment, self)._compile(source, filename), filename)

    @staticmethod
    def _shielded(make: Callable[[], T], name: str | None) -> T:
        """What Python cannot nest or count is a mistake of the template too, not a crash."""
        try:
            return make()
        except TemplateSyntaxError:
            raise
        except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
            raise TemplateSyntaxError(f"the template cannot be read: {error}", 1, name) from error

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Fields of our own mappings and a closed list besides: no method of any value is ever reached."""
        under_way().meter.step()
        if isinstance(obj, Fields):
            return obj[attribute]
        if isinstance(obj, Undefined):
            str(obj)  # raises, and names what is not known
        if isinstance(obj, date) and attribute in _DATE_PARTS and hasattr(obj, attribute):
            return getattr(obj, attribute)
        if attribute in _ATTRIBUTES.get(type(obj), ()):
            return getattr(obj, attribute)
        if isinstance(obj, TemplateReference):
            return obj[attribute]
        if isinstance(obj, TemplateModule) and not attribute.startswith("_") and attribute in vars(obj):
            return vars(obj)[attribute]
        raise SecurityError(f"`.{attribute}` is not available in templates: use a filter, such as `| upper`")

    def getitem(self, obj: Any, argument: Any) -> Any:
        under_way().meter.step()
        if isinstance(obj, list | tuple) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else None
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        raise SecurityError("only lists have numbered items")

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call one of the known functions, a macro, or a block; double underscores as Jinja has them."""
        under_way().meter.step()
        if isinstance(__obj, Function):
            own = {key: value for key, value in kwargs.items() if key not in ("_loop_vars", "_block_vars")}
            return __obj(*args, **own)
        if isinstance(__obj, Macro | BlockReference) or getattr(__obj, "__func__", None) is LoopContext.cycle:
            return __context.call(__obj, *args, **kwargs)
        if isinstance(__obj, Undefined):
            str(__obj)
        raise SecurityError("only functions such as clicked('link') and macros can be called")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        under_way().meter.step()
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _concatenated(context, left, right)
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)
            if isinstance(value, str | list | tuple):
                raise TemplateRuntimeError(f"`{operator}` takes numbers; join texts with `~`")
        if left is None or right is None:
            return None
        match operator:
            case "+" | "-" | "*" | "/":
                return evaluate(Arithmetic(operator, Literally(left), Literally(right)), under_way().facts)
            case "//" | "%":
                numbers = as_number(left), as_number(right)
                if None in numbers or not numbers[1]:
                    return None
                return _whole((floordiv if operator == "//" else mod)(*numbers))
            case _:
                raise SecurityError(f"`{operator}` is not available in templates")

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002  Jinja's signature
        under_way().meter.step()
        number = as_number(arg)
        return None if number is None else _whole(-number if operator == "-" else number)


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


@pass_context
def _finalize(context: Context, value: object) -> str:  # noqa: ARG001  the context keeps constants from being folded
    if isinstance(value, Undefined):
        return str(value)
    text = printed(value)
    if not isinstance(text, Markup):
        under_way().printed[text] = None
    return text


@pass_context
def _charged(context: Context, steps: int, written: int) -> None:  # noqa: ARG001
    meter = under_way().meter
    meter.step(steps)
    meter.write(written)


def _metered(items: object, steps: int, written: int) -> Iterator[object]:
    """Each round of a loop pays for its body."""
    if isinstance(items, Undefined):
        str(items)
    if items is None:
        return
    if not isinstance(items, list | tuple):
        raise TemplateRuntimeError("a loop takes a list")
    meter = under_way().meter
    for item in items:
        meter.step(1 + steps)
        meter.write(written)
        yield item


def _plain(value: object) -> Any:
    """A value as the evaluator takes it: one of a list, or a flat list of those."""
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, list | tuple):
        if any(isinstance(item, list | tuple) for item in value):
            raise TemplateRuntimeError("lists in lists cannot be compared")
        return tuple(value)
    return value


def _compared(left: object, operator: str, right: object, asks_none: bool) -> bool:
    """The answer that a condition in a campaign gives; `asks_none` where none is written out on a side."""
    render = under_way()
    render.meter.step()
    one, other = _plain(left), _plain(right)
    first, second = Literally(_as_time(one, other)), Literally(_as_time(other, one))
    if not asks_none and operator not in ("in", "notin") and None in (first.value, second.value):
        return False
    match operator:
        case "in" | "notin":
            found = bool(evaluate(In(first, second), render.facts))
            return found if operator == "in" else not found
        case _:
            signs = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
            return bool(evaluate(Compare(signs[operator], first, second), render.facts))  # type: ignore[arg-type]


def _as_time(value: Value, beside: Value) -> Value:
    """A text beside a date or moment, written as one, is one: a condition reads `today == '2026-04-01'` so too."""
    match value, beside:
        case tuple(), date():
            return tuple(_as_time(item, beside) for item in value)  # type: ignore[misc]
        case str(), datetime():
            return _moment_in(value) or value
        case str(), date():
            return date_of(value) or value
        case _:
            return value


def _moment_in(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@pass_context
def _concatenated(context: Context, *values: object) -> str:
    texts = [_finalize(context, value) for value in values]
    under_way().meter.grow(sum(map(len, texts)))
    if context.eval_ctx.autoescape and any(isinstance(text, Markup) for text in texts):
        return Markup("").join(escape(text) for text in texts)
    return "".join(texts)


def _sliced(value: object, *bounds: object) -> object:
    if not isinstance(value, str | list | tuple):
        raise TemplateRuntimeError("only texts and lists can be cut into parts")
    start, stop, pace = (bound if isinstance(bound, int) else None for bound in bounds)
    if (start, stop, pace) != bounds or pace == 0:
        raise TemplateRuntimeError("parts are cut at whole numbers, in steps that are not 0")
    part = value[start:stop:pace]
    under_way().meter.grow(len(part))
    return part
