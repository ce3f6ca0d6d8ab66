"""Rendering's fence: which of Jinja's constructs a template may use, and the metering that is woven into them.

What is not on the list is refused when the template is read, before anything runs. Loops, bodies, comparisons,
joinings and slices are rewritten so that each of them pays (meter.py) and answers as conditions of campaigns do.
"""

# ruff: noqa: N802, N815  Jinja's visitor finds its methods by such names

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.visitor import NodeTransformer

CHARGE = "(charge)"
METERED = "(metered)"
COMPARE = "(compare)"
CONCAT = "(concat)"
SLICE = "(slice)"
"""Names of the filters that the fence weaves in; no author can write a name with brackets."""

MAX_NODES = 20_000

_ALLOWED: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.AssignBlock,
        nodes.Macro, nodes.Block, nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport, nodes.With,
        nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Compare,
        nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.CondExpr, nodes.Call, nodes.Keyword,
        nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat, nodes.List, nodes.Tuple,
    }
)  # fmt: skip

_REFUSED: Mapping[type[nodes.Node], str] = MappingProxyType(
    {
        nodes.Pow: "`**` is not available in templates",
        nodes.Dict: "a dictionary is not available in templates",
        nodes.CallBlock: "`{% call %}` is not available in templates",
        nodes.FilterBlock: "`{% filter %}` is not available in templates: put the filter behind each value",
        nodes.Scope: "escaping cannot be switched off",
        nodes.NSRef: "`namespace` is not available in templates",
    }
)
_HIDDEN_NAMES = frozenset({"varargs", "kwargs", "caller"})


def fence(template: nodes.Template, *, name: str | None, filename: str | None) -> nodes.Template:
    """The template with metering woven in; TemplateSyntaxError names the line of the first thing refused."""
    if _weight([template])[0] > MAX_NODES:
        raise TemplateSyntaxError(f"the template has more than {MAX_NODES:,} parts", 1, name, filename)
    fenced: nodes.Template = _Fence(name, filename).visit(template)
    return fenced.set_environment(template.environment)  # type: ignore[arg-type,return-value]


def _weight(body: Iterable[nodes.Node]) -> tuple[int, int]:
    """How many nodes and how many literal characters stand in `body`, all that is inside it included."""
    steps = written = 0
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        steps += 1
        if isinstance(node, nodes.TemplateData):
            written += len(node.data)
            steps += len(node.data) // 1000
        waiting.extend(node.iter_child_nodes())
    return steps, written


def _woven(name: str, operand: nodes.Expr, arguments: list[nodes.Expr], lineno: int) -> nodes.Filter:
    return nodes.Filter(operand, name, arguments, [], None, None, lineno=lineno)


def _is_none(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and node.value is None


def _is_field(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name)


def _charge(body: list[nodes.Node], lineno: int) -> nodes.ExprStmt:
    steps, written = _weight(body)
    paid = _woven(CHARGE, nodes.Const(steps, lineno=lineno), [nodes.Const(written, lineno=lineno)], lineno)
    return nodes.ExprStmt(paid, lineno=lineno)


class _Fence(NodeTransformer):
    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name = name
        self._filename = filename

    def _refuse(self, message: str, node: nodes.Node) -> None:
        line = node.lineno or next((child.lineno for child in node.iter_child_nodes() if child.lineno), 1)
        raise TemplateSyntaxError(message, line, self._name, self._filename)

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if type(node) not in _ALLOWED:
            what = _REFUSED.get(type(node), f"this construct ({type(node).__name__}) is not available in templates")
            self._refuse(what, node)
        return super().visit(node, *args, **kwargs)

    def _with_charged_body(self, node: Any) -> nodes.Node:
        charge = _charge(node.body, node.lineno)
        self.generic_visit(node)
        node.body.insert(0, charge)
        return node  # type: ignore[no-any-return]

    visit_Template = _with_charged_body
    visit_Block = _with_charged_body
    visit_Macro = _with_charged_body

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            self._refuse("a recursive loop is not available in templates", node)
        steps, written = _weight([*node.body, *([node.test] if node.test else [])])
        self.generic_visit(node)
        cost: list[nodes.Expr] = [nodes.Const(cost, lineno=node.lineno) for cost in (steps, written)]
        node.iter = _woven(METERED, node.iter, cost, node.lineno)  # type: ignore[arg-type]
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:
        if node.filter is not None:
            self._refuse("a filter on `{% set %}…{% endset %}` is not available in templates", node)
        return self.generic_visit(node)

    def _with_constant_name(self, node: Any) -> nodes.Node:
        if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
            self._refuse("the template to take in must be written out as a text", node)
        return self.generic_visit(node)

    visit_Extends = _with_constant_name
    visit_Include = _with_constant_name
    visit_Import = _with_constant_name
    visit_FromImport = _with_constant_name

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name in _HIDDEN_NAMES:
            self._refuse(f"`{node.name}` is not available in templates", node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self._refuse("`*` and `**` are not available in a call", node)
        return self.generic_visit(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _woven(CONCAT, node.nodes[0], node.nodes[1:], node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        """`1 < a < 9` becomes `1 < a and a < 9`; a middle that is no mere name would double the work at every level."""
        self.generic_visit(node)
        for operand in node.ops[:-1]:
            if not isinstance(operand.expr, (nodes.Const, nodes.Name)) and not _is_field(operand.expr):
                self._refuse("write a chain of comparisons as two, joined with `and`", node)
        pairs: list[nodes.Expr] = []
        left = node.expr
        for operand in node.ops:
            operator = nodes.Const(operand.op, lineno=node.lineno)
            asks_none = nodes.Const(_is_none(left) or _is_none(operand.expr), lineno=node.lineno)
            pairs.append(_woven(COMPARE, left, [operator, operand.expr, asks_none], node.lineno))
            left = operand.expr
        joined = pairs[0]
        for pair in pairs[1:]:
            joined = nodes.And(joined, pair, lineno=node.lineno)
        return joined

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        nothing = nodes.Const(None, lineno=node.lineno)
        bounds = [node.arg.start or nothing, node.arg.stop or nothing, node.arg.step or nothing]
        return _woven(SLICE, node.node, bounds, node.lineno)
