"""Reads an expression with Jinja's own lexer and parser, and remembers at which character each part begins."""

from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

MOST_CHARACTERS = 2000
MOST_TOKENS = 400
DEEPEST = 25


class ExpressionError(Exception):
    """What keeps the text from being an expression, and the character where that shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class _OffsetEnvironment(Environment):
    """Puts character offsets where Jinja keeps line numbers: its nodes know their line alone."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        return TokenStream(self.lexer.wrap(self._offset_tokens(source, state), name, filename), name, filename)

    def _offset_tokens(self, source: str, state: str | None) -> Iterator[tuple[int, str, str]]:
        offset, depth, count = 0, 0, 0
        tokens = self.lexer.tokeniter(source, None, None, state)
        try:
            for _line, kind, text in tokens:
                yield offset, kind, text
                if kind == "operator":
                    depth += (text in "([{") - (text in ")]}")
                count += kind != "whitespace"
                offset += len(text)
                if depth > DEEPEST or count > MOST_TOKENS:
                    raise ExpressionError("the expression is too long or too deep", offset)
        except TemplateSyntaxError as error:
            raise ExpressionError((error.message or "").removesuffix(f" at {offset}"), offset) from error


_ENVIRONMENT = _OffsetEnvironment()


def parse_expression(source: str) -> nodes.Expr:
    """Jinja's tree of the expression; each node's `lineno` is the offset of the token that it was made at.

    Raises ExpressionError.
    """
    if len(source) > MOST_CHARACTERS:
        raise ExpressionError(f"the expression is longer than {MOST_CHARACTERS} characters", MOST_CHARACTERS)
    try:
        parser = Parser(_ENVIRONMENT, source, state="variable")
        if parser.stream.eos:
            raise ExpressionError("there is no expression", 0)
        expression = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError("the expression ends here, but the text goes on", parser.stream.current.lineno)
    except TemplateSyntaxError as error:
        message = error.message or ""
        # Jinja parses the expression as if it were a whole template; its writer has never seen one here.
        if message.endswith("'end of template'"):
            message = "the expression ends where something must still follow"
        raise ExpressionError(message, error.lineno) from error
    except RecursionError as error:
        raise ExpressionError("the expression is too deep", 0) from error
    return expression


def offset_of(node: nodes.Node) -> int:
    """Where the node begins: an operator's own node knows only where the operator, or what follows it, stands."""
    while True:
        match node:
            case nodes.BinExpr():
                node = node.left
            case nodes.Compare():
                node = node.expr
            case nodes.Getattr() | nodes.Getitem() | nodes.Call() | nodes.Test():
                node = node.node
            case nodes.Filter() if node.node is not None:
                node = node.node
            case nodes.Concat():
                node = node.nodes[0]
            case _:
                return node.lineno
