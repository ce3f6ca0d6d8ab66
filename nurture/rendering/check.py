"""Rendering's check: every problem of an email step's template, in all its languages, with its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from nurture.domain.campaign import EmailAction
from nurture.domain.content import Content
from nurture.domain.facts import Facts
from nurture.errors import InvalidInput, Problem, Severity
from nurture.rendering import markdown, static_check
from nurture.rendering.body_check import body_problems, says_nothing
from nurture.rendering.environment import MailEnvironment, is_jinja
from nurture.rendering.failure import FOLDER, BadTemplate
from nurture.rendering.finished_check import finished_problems
from nurture.rendering.links import LINK_NAME
from nurture.rendering.marks import mark
from nurture.rendering.sample import bare_facts, full_facts
from nurture.rendering.source import SourceFile, TemplateFolder, Variant
from nurture.rendering.static_check import Words
from nurture.rendering.subject_check import subject_remarks

Trial = Callable[[EmailAction, Facts, str, bool], Content]
"""Renders an action for facts in a language, with a text part or without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlace:
    """Where a named link stands. `target` is its URL as written, empty where an expression makes it."""

    file: str
    line: int
    column: int
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCheck:
    """Looks templates over; `trial` is how one is rendered.

    The links of a file are kept as long as the file stays as it is: every mail of a campaign asks for those of all.
    """

    folder: TemplateFolder
    environment: MailEnvironment
    languages: tuple[str, ...]
    trial: Trial
    _links_of_file: dict[str, tuple[SourceFile, list[tuple[str, str, LinkPlace]]]] = field(default_factory=dict)

    def problems(self, action: EmailAction, words: Words, *, place: Problem) -> list[Problem]:
        """Everything wrong with the mail; `place` is the step, for what is wrong with the step's own texts."""
        try:
            variants = self.folder.variants(action.template)
        except BadTemplate as error:
            if error.code == "template-missing":
                return [replace(place, code=error.code, message=error.message, hint=error.hint)]
            return [error.problem()]
        own = list(self._own_texts(action, words, place))
        found = [*own, *self._absent_languages(action, variants)]
        for variant in variants.values():
            problems = list(self._variant(variant, words))
            found += problems
            if not any(problem.severity == "error" for problem in (*own, *problems)):
                found += self._tried(action, variant, words, place)
                found += self._wordless(variant)
        return sorted(set(found))

    def text_problems(self, source: str, words: Words, *, place: Problem) -> list[Problem]:
        """Everything wrong with a Jinja text that stands in a campaign's file."""
        return [
            replace(place, code=found.code, message=found.message, hint=found.hint)
            for found in self._findings(source, "", words)
        ]

    def links_of(self, template: str) -> dict[str, LinkPlace]:
        """The named links of a template over all its languages, found unrendered; what cannot be read has none."""
        links: dict[str, LinkPlace] = {}
        try:
            for variant in self.folder.variants(template).values():
                for name, _, place in self._links(self.folder.read(variant.source)):
                    links.setdefault(name, place)
        except (InvalidInput, TemplateSyntaxError):
            return links
        return links

    def _own_texts(self, action: EmailAction, words: Words, place: Problem) -> Iterator[Problem]:
        for text in (action.subject, action.preheader):
            if text is not None:
                yield from self.text_problems(text, words, place=place)

    def _absent_languages(self, action: EmailAction, variants: Mapping[str, Variant]) -> Iterator[Problem]:
        first = variants[self.languages[0]].source
        for language in self.languages:
            if language not in variants:
                stem, _, kind = first.rpartition(".")
                message = f"there is no `{action.template}` in {language}: {self.languages[0]} is sent"
                hint = f"Write {FOLDER}{stem}.{language}.{kind}."
                yield _problem(FOLDER + first, 0, "language-missing", message, hint, severity="warning")

    def _variant(self, variant: Variant, words: Words) -> Iterator[Problem]:
        for name in (variant.source, variant.text):
            if name is None:
                continue
            try:
                file = self.folder.read(name)
            except BadTemplate as error:
                yield error.problem()
            except InvalidInput as error:
                yield _problem(FOLDER + name, 0, "template-missing", error.message, error.hint)
            else:
                yield from self._file(file, words)

    def _file(self, file: SourceFile, words: Words) -> Iterator[Problem]:
        place = FOLDER + file.name
        for key, value in file.head.items():
            if key != "layout":
                for found in self._findings(value.value, file.name, words):
                    yield _problem(place, value.line, found.code, found.message, found.hint)
        lines = file.body.split("\n")
        for found in self._findings(file.body, file.name, words):
            yield _problem(
                place, found.line, found.code, found.message, found.hint, column=_column(lines, found.line, found.word)
            )
        yield from body_problems(file)
        yield from self._clashing_links(file)

    def _findings(self, source: str, name: str, words: Words) -> list[static_check.Finding]:
        if not is_jinja(source):
            return []
        try:
            found = list(static_check.findings(self.environment.tree_of(source, name), words))
            self.environment.refuse(source, name)
        except TemplateSyntaxError as error:
            return [static_check.Finding(error.lineno, "", "template-syntax", error.message or "this is not Jinja")]
        return found

    def _links(self, file: SourceFile) -> list[tuple[str, str, LinkPlace]]:
        kept = self._links_of_file.get(file.name)
        if kept is None or kept[0] is not file:
            kept = (file, list(self._found_links(file)))
            self._links_of_file[file.name] = kept
        return kept[1]

    def _found_links(self, file: SourceFile) -> Iterator[tuple[str, str, LinkPlace]]:
        """Name, what tells its target from another, and place of each named link in the order of the lines."""
        lines = file.body.split("\n")
        found: list[tuple[str, str, int, str]] = []
        for name, target, line in static_check.links_in(self.environment.tree_of(file.body, file.name)):
            written = str(target.value) if isinstance(target, nodes.Const) else ""
            found.append((name, written or repr(target), line, written))
        if file.kind == "md":
            labelled = markdown.links_in(mark(file.body, self.environment))
            found += [(name, target, line, target) for name, target, line in labelled]
        for name, key, line, shown in sorted(found, key=lambda link: link[2]):
            column = _column(lines, line, name)
            yield name, key, LinkPlace(file=FOLDER + file.name, line=line, column=column, target=shown)

    def _clashing_links(self, file: SourceFile) -> Iterator[Problem]:
        seen: dict[str, tuple[str, LinkPlace]] = {}
        try:
            links = list(self._links(file))
        except TemplateSyntaxError:
            return  # said already
        for name, key, link in links:
            first_key, first = seen.setdefault(name, (key, link))
            if not LINK_NAME.fullmatch(name):
                message = f"`{name}` cannot be a link's name"
                yield _problem(
                    link.file, link.line, "link-name", message, "Use letters, digits, - and _.", column=link.column
                )
            elif first_key != key:
                message = f"link `{name}` goes elsewhere on line {first.line}"
                hint = "Give the two links different names."
                yield _problem(link.file, link.line, "link-duplicate", message, hint, column=link.column)

    def _wordless(self, variant: Variant) -> Iterator[Problem]:
        if variant.text is None and says_nothing(self.folder.read(variant.source)):
            own = f"{variant.source.rpartition('.')[0]}.txt"
            hint = f"Write a sentence beside the pictures, or a text of its own in {own}."
            message = "the mail is pictures alone: its text part says nothing"
            yield _problem(FOLDER + variant.source, 0, "text-missing", message, hint, severity="warning")

    def _tried(self, action: EmailAction, variant: Variant, words: Words, place: Problem) -> Iterator[Problem]:
        """What shows only when the mail is rendered: for somebody unknown, and for somebody known well."""
        made: list[Content] = []
        bare, full = bare_facts(variant.language), full_facts(variant.language, words.vocabulary)
        for facts, has_text in ((bare, True), (full, False)):
            try:
                made.append(self.trial(action, facts, variant.language, has_text))
            except BadTemplate as error:
                is_in_step = error.file.startswith("campaigns/")
                yield (
                    replace(place, code=error.code, message=error.message, hint=error.hint)
                    if is_in_step
                    else error.problem()
                )
                return
            except InvalidInput as error:
                yield replace(place, code="attachment", message=error.message, hint=error.hint)
                return
        yield from self._subject(action, variant, made[0].subject, place)
        yield from finished_problems(self.folder.read(variant.source), made)

    def _subject(self, action: EmailAction, variant: Variant, subject: str, place: Problem) -> Iterator[Problem]:
        """What is odd about the subject that somebody unknown gets: with a name in it, it is longer still."""
        head = self.folder.read(variant.source).head.get("subject")
        if action.subject is None and head is not None:
            place = _problem(FOLDER + variant.source, head.line, "", "", "")
        for code, message, hint in subject_remarks(subject, is_thread_reply=action.is_thread_reply):
            yield replace(place, code=code, message=message, hint=hint, severity="warning")


def _problem(
    file: str, line: int, code: str, message: str, hint: str, *, column: int = 0, severity: Severity = "error"
) -> Problem:
    shown = column or (1 if line else 0)
    return Problem(file=file, line=line, column=shown, code=code, message=message, hint=hint, severity=severity)


def _column(lines: list[str], line: int, word: str) -> int:
    """The column of the first place where the word stands on the line, counted from 1."""
    if not word or not 1 <= line <= len(lines):
        return 1
    return max(1, lines[line - 1].find(word) + 1)
