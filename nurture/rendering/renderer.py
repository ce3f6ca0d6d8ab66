"""Rendering's front: from an email step and a contact's facts to subject, HTML, text and links."""

import html
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Template

from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.content import Content, MailUrls
from nurture.domain.facts import Facts
from nurture.domain.message import Purpose
from nurture.domain.sender import Company, Sender
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.rendering.attachments import attached
from nurture.rendering.check import LinkPlace, TemplateCheck
from nurture.rendering.compiled import TemplateLoader
from nurture.rendering.context import context_of, mail_context
from nurture.rendering.environment import MailEnvironment, is_jinja
from nurture.rendering.failure import FAILURES, FOLDER, BadTemplate, bad_template
from nurture.rendering.files import DiskFiles, Files
from nurture.rendering.links import LinkTable, rewrite_html, rewrite_text, safe_url, without_names
from nurture.rendering.markup import refuse_unwieldy
from nurture.rendering.meter import MAX_OUTPUT, TooMuch, metered
from nurture.rendering.obligations import missing
from nurture.rendering.source import SourceFile, TemplateFolder
from nurture.rendering.static_check import Words
from nurture.rendering.text_part import derive
from nurture.rendering.uses import templates_taken_in

_INLINER = css_inline.CSSInliner(keep_at_rules=True, remove_inlined_selectors=True, load_remote_stylesheets=False)
_TAG = re.compile(r"<[^>]*>")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


class Renderer:
    """Renders the mails of one project; keeps what it has parsed and looks at the files again before each use.

    `files` are a version's own, where it is not the project's folder on disk that counts.
    """

    def __init__(
        self,
        root: Path,
        *,
        languages: tuple[str, ...],
        company: Company,
        project_name: str,
        vocabulary: Vocabulary | None = None,
        files: Files | None = None,
    ) -> None:
        self._files = files or DiskFiles(root)
        self.folder = TemplateFolder(root, languages, self._files)
        self.languages = languages or ("en",)
        self.vocabulary = vocabulary or Vocabulary()
        self._company = company
        self._project_name = project_name
        self._loader = TemplateLoader(self.folder)
        self.environment = MailEnvironment(self._loader, is_html=True)
        self._plain = MailEnvironment(self._loader, is_html=False)
        self._check = TemplateCheck(
            folder=self.folder, environment=self.environment, languages=self.languages, trial=self._try
        )
        self._compiled_text = lru_cache(maxsize=1000)(self._compile_text)

    def render(
        self,
        action: EmailAction,
        facts: Facts,
        *,
        urls: MailUrls,
        sender: Sender,
        campaign: str,
        purpose: Purpose = "marketing",
    ) -> Content:
        """One mail for one contact, in the contact's language.

        Raises InvalidInput with file and line where the template, a link or an attachment is wrong, or where a
        marketing mail lacks its unsubscribe link or postal address.
        """
        variant = self.folder.pick(action.template, facts.contact.language)
        return self.render_variant(
            action, facts, language=variant.language, urls=urls, sender=sender, campaign=campaign, purpose=purpose
        )

    def render_variant(
        self,
        action: EmailAction,
        facts: Facts,
        *,
        language: str,
        urls: MailUrls,
        sender: Sender,
        campaign: str,
        purpose: Purpose = "marketing",
        has_text: bool = True,
    ) -> Content:
        """As `render`, in a language that the template has.

        Without `has_text` the text part is not laid out, which takes longer than all the rest: for a trial only.
        """
        variant = self.folder.variants(action.template)[language]
        file = self.folder.read(variant.source)
        place = FOLDER + file.name
        unsubscribe = safe_url(urls.unsubscribe)
        context = self._context(facts, language)
        context |= mail_context(sender, unsubscribe_url=unsubscribe)
        subject = self._line(action.subject, file, "subject", facts, language, context, campaign=campaign)
        if not subject:
            raise BadTemplate(
                "the mail has no subject",
                file=place,
                code="subject-missing",
                hint="Write `subject:` in its head or step.",
            )
        preheader = self._line(action.preheader, file, "preheader", facts, language, context, campaign=campaign)
        context |= {"subject": subject, "preheader": preheader}
        table = LinkTable(click=urls.click if action.tracks_clicks else None, never=unsubscribe)
        document, values = self._run(self.environment, file.name, facts, language, context)
        document = self._finished(document, file, preheader, table)
        own = (urls.click or "", unsubscribe)
        if has_text:
            text = visible = self._located(lambda: derive(document, addresses=own, values=values), place)
        else:
            visible = html.unescape(_TAG.sub(" ", document))
            text = f"{visible} {unsubscribe if unsubscribe in document else ''}"
        if variant.text:
            written, _ = self._run(self._plain, variant.text, facts, language, context)
            text = without_names(self._located(lambda: rewrite_text(written, table), FOLDER + variant.text))
        if purpose == "marketing":
            self._refuse_unlawful(document, text, visible, unsubscribe, place)
        if action.tracks_opens and urls.open:
            document = _with_pixel(document, urls.open)
        return Content(
            subject=subject,
            html=document,
            text=text,
            language=language,
            preheader=preheader,
            links=tuple(table.links),
            attachments=attached(self._files, action.attach),
        )

    def text(self, source: str, facts: Facts, *, where: str = "") -> str:
        """A Jinja text of the campaign itself, for the team: nothing is escaped, dates are in the first language.

        `where` is the place of the text, for errors.
        """
        language = self.languages[0]
        return self._text(source, facts, language, self._context(facts, language), where=where)

    def links_of(self, template: str) -> dict[str, LinkPlace]:
        """The named links of a template over all its languages, with their places; found without rendering."""
        return self._check.links_of(template)

    def files_of(self, action: EmailAction) -> dict[str, bytes]:
        """Every file that the mail is made of, by its path under the project: texts in all languages, layouts, parts,
        attachments. Raises InvalidInput for one that cannot be read.
        """
        names: set[str] = set()
        for variant in self.folder.variants(action.template).values():
            names |= templates_taken_in(variant.source, self.environment, self.folder)
            if variant.text:
                names |= templates_taken_in(variant.text, self._plain, self.folder)
        found = {FOLDER + name: self._files.read(name, within=FOLDER, what="template") for name in sorted(names)}
        return found | {name: self._files.read(name, what="attachment") for name in action.attach}

    def check(
        self,
        action: EmailAction,
        *,
        file: str,
        line: int = 0,
        column: int = 0,
        campaign: Campaign | None = None,
    ) -> list[Problem]:
        """Everything wrong with the mail of one step, which stands at `file:line:column`, in all its languages.

        With `campaign`, steps and links that `clicked(…)` and its kin name are looked up there.
        """
        place = Problem(file=file, line=line, column=column, code="", message="")
        return self._check.problems(action, self._words(campaign, is_mail=True), place=place)

    def check_text(
        self, source: str, *, file: str, line: int = 0, column: int = 0, campaign: Campaign | None = None
    ) -> list[Problem]:
        """Everything wrong with a Jinja text of a campaign's file, such as the title of a task."""
        place = Problem(file=file, line=line, column=column, code="", message="")
        return self._check.text_problems(source, self._words(campaign, is_mail=False), place=place)

    def _words(self, campaign: Campaign | None, *, is_mail: bool) -> Words:
        if campaign is None:
            return Words(vocabulary=self.vocabulary, is_mail=is_mail)
        actions = [(step.id, step.action) for _, step in campaign.all_steps()]
        templates = {action.template for _, action in actions if isinstance(action, EmailAction)}
        links = {name for template in templates for name in self.links_of(template)}
        steps = {step_id for step_id, _ in actions}
        return Words(vocabulary=self.vocabulary, steps=steps, links=links, is_mail=is_mail)

    def _try(self, action: EmailAction, facts: Facts, language: str, has_text: bool) -> Content:
        urls = MailUrls(unsubscribe="https://example.com/unsubscribe/TRIAL")
        sender = Sender(name="sender", email="sender@example.com", display_name="Sender")
        return self.render_variant(
            action, facts, language=language, urls=urls, sender=sender, campaign="trial", has_text=has_text
        )

    def _context(self, facts: Facts, language: str) -> dict[str, object]:
        return context_of(
            facts, vocabulary=self.vocabulary, company=self._company, project=self._project_name, language=language
        )

    def _line(
        self,
        written: str | None,
        file: SourceFile,
        key: str,
        facts: Facts,
        language: str,
        context: dict[str, object],
        *,
        campaign: str,
    ) -> str:
        """A subject or preheader on one line: the step's own, else the one in the template's head."""
        head = file.head.get(key)
        if written is not None:
            made = self._text(written, facts, language, context, where=f"campaigns/{campaign}.yaml")
        elif head is not None:
            made = self._text(head.value, facts, language, context, where=FOLDER + file.name, line=head.line)
        else:
            return ""
        return " ".join(_BREAKS.sub(" ", made).split())

    def _text(
        self, source: str, facts: Facts, language: str, context: dict[str, object], *, where: str, line: int = 0
    ) -> str:
        def made() -> str:
            if not is_jinja(source):
                return source
            with metered(facts, language):
                return _collected(self._compiled_text(source), context)

        return without_names(self._located(made, where, line))

    def _compile_text(self, source: str) -> Template:
        return self._plain.from_string(source)

    def _run(
        self, environment: MailEnvironment, name: str, facts: Facts, language: str, context: dict[str, object]
    ) -> tuple[str, list[str]]:
        """What the template gives, and the values that it printed."""
        values: list[str] = []

        def made() -> str:
            with metered(facts, language) as render:
                text = _collected(environment.get_template(name), context)
                values.extend(render.printed)
                return text

        return self._located(made, FOLDER + name), values

    def _located(self, make: Callable[[], str], file: str, line: int = 0) -> str:
        try:
            return make()
        except FAILURES as error:
            raise bad_template(error, file=file, line_of=self._loader.line_of, first_line=line) from error

    def _finished(self, document: str, file: SourceFile, preheader: str, table: LinkTable) -> str:
        def made() -> str:
            refuse_unwieldy(document)
            if preheader and file.layout is None and "preheader" not in file.body:
                return rewrite_html(_INLINER.inline(_with_preheader(document, preheader)), table)
            return rewrite_html(_INLINER.inline(document), table)

        return self._located(made, FOLDER + file.name)

    def _refuse_unlawful(self, document: str, text: str, visible: str, unsubscribe: str, place: str) -> None:
        found = missing(document, text, visible=visible, company=self._company, unsubscribe=unsubscribe)
        for code, message in found[:1]:
            hint = "Use a layout, or write {{ unsubscribe_url }} and {{ company.address }}."
            raise BadTemplate(message, file=place, code=code, hint=hint)


def _collected(template: Template, context: dict[str, object]) -> str:
    parts: list[str] = []
    size = 0
    for part in template.root_render_func(template.new_context(context)):
        size += len(part)
        if size > MAX_OUTPUT:
            raise TooMuch(f"the mail grows beyond {MAX_OUTPUT // 1000} kB")
        parts.append(part)
    return "".join(parts)


def _with_preheader(document: str, preheader: str) -> str:
    hidden = f'<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{html.escape(preheader)}</div>'
    body = re.search(r"<body\b[^>]*>", document, re.IGNORECASE)
    return document[: body.end()] + hidden + document[body.end() :] if body else hidden + document


def _with_pixel(document: str, url: str) -> str:
    style = "display:block;width:1px;height:1px;border:0"
    pixel = f'<img src="{html.escape(url)}" width="1" height="1" alt="" style="{style}">'
    head, body, tail = document.rpartition("</body>")
    return f"{head}{pixel}{body}{tail}" if body else document + pixel
