"""Rendering's Markdown: CommonMark with tables, names for links, buttons, and lines of Jinja statements.

`[text](url){demo}` names a link; `{demo .button}` or `{.button}` makes a button of it.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from nurture.rendering.links import named, names_in, without_names
from nurture.rendering.marks import Marked

_ITEMS = r"(?:[^<]|<(?!/?[uo]l\b))*+"
_LABEL = re.compile(r"\{\s*+([A-Za-z0-9][\w-]*+)?\s*+(\.button)?\s*+\}")


def to_html(marked: Marked) -> str:
    """The HTML of a marked Markdown text; the marks are still words."""
    parser, tokens = _read(marked)
    return _loops_inside_lists(parser.renderer.render(tokens, parser.options, {}), marked)


@lru_cache(maxsize=64)
def _read(marked: Marked) -> tuple[MarkdownIt, list[Token]]:
    """The parser with its tokens, which nobody changes: the check of a campaign comes to a text several times."""
    parser = _parser(marked)
    return parser, parser.parse(marked.text)


def _statement_lines(marked: Marked) -> Callable[[StateBlock, int, int, bool], bool]:
    """A rule for lines that hold nothing but statements: they stand as they are, outside of any paragraph."""
    pattern = re.compile(rf"\s*+(?:{marked.statement}\s*+)++")

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001  markdown-it's signature
        line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
        if not pattern.fullmatch(line):
            return False
        if not silent:
            state.line = start + 1
            token = state.push("html_block", "", 0)
            token.map = [start, state.line]
            token.content = line.strip() + "\n"
        return True

    return rule


def links_in(marked: Marked) -> list[tuple[str, str, int]]:
    """Name, target and line of each named link, in order."""
    found: list[tuple[str, str, int]] = []
    for block in _read(marked)[1]:
        line = (block.map or [0])[0] + 1
        for token in block.children or []:
            line += token.type in ("softbreak", "hardbreak")
            target = str(token.attrGet("href") or "") if token.type == "link_open" else ""
            found += [(name, marked.restored(without_names(target)), line) for name in names_in(target)]
    return found


def _parser(marked: Marked) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.block.ruler.before(
        "table", "statement", _statement_lines(marked), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.core.ruler.after("inline", "labels", _read_labels)
    return parser


def _read_labels(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "table_open":
            block.attrSet("class", "data")
        if block.type == "inline" and block.children:
            _label_links(block.children)
    _raise_buttons(state.tokens)


def _label_links(tokens: list[Token]) -> None:
    opened: list[Token] = []
    for index, token in enumerate(tokens):
        if token.type == "link_open":
            opened.append(token)
        elif token.type == "link_close":
            link = opened.pop()
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            found = _LABEL.match(following.content) if following and following.type == "text" else None
            if following is None or found is None or not any(found.groups()):
                continue
            following.content = following.content[found.end() :]
            if found[1]:
                link.attrSet("href", named(str(link.attrGet("href") or ""), found[1]))
            if found[2]:
                link.attrSet("class", "button")


def _raise_buttons(tokens: list[Token]) -> None:
    """A button alone in its paragraph gets a table around it: Outlook gives no padding to a link, but to a cell."""
    for index, token in enumerate(tokens[1:-1], start=1):
        children = [child for child in token.children or [] if child.type != "text" or child.content.strip()]
        if token.type != "inline" or not children or tokens[index - 1].type != "paragraph_open":
            continue
        is_one_link = children[0].type == "link_open" and children[-1].type == "link_close"
        if is_one_link and children[0].attrGet("class") == "button":
            tokens[index - 1].type = tokens[index + 1].type = "html_block"
            tokens[index - 1].content, tokens[index + 1].content = BUTTON


BUTTON = (
    '<table role="presentation" class="button-box" border="0" cellpadding="0" cellspacing="0"><tr>'
    '<td class="button-cell">',
    "</td></tr></table>\n",
)
"""What stands before and after a button's link; the layout's style names these classes."""


def _loops_inside_lists(converted: str, marked: Marked) -> str:
    """A loop around the items of a list goes inside the list's tags: one list of many items, not many lists of one."""

    def moved(found: re.Match[str]) -> str:
        first, tag, items, last = found.groups()
        begins = marked.restored(first).lstrip("{%-+ ").startswith("for ")
        if not begins:
            return found[0]
        return f"<{tag}>\n{first}\n{items}{last}\n</{tag}>\n"

    statement = marked.statement
    return re.sub(rf"({statement})\n<(ul|ol)>\n({_ITEMS})</\2>\n({statement})\n", moved, converted)
