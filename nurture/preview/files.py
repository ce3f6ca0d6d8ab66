"""Previews as files: every mail as HTML, text and .eml, and a page that shows them all, to hand to somebody."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nurture.errors import InvalidInput
from nurture.preview.page import key_of, whole_data, whole_page
from nurture.preview.people import SAMPLES
from nurture.preview.previewer import Previewer, ShownCampaign
from nurture.preview.wording import plain_campaign

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was looked at, and the files of each by campaign, language and step, relative to the folder."""

    shown: tuple[ShownCampaign, ...]
    files: Mapping[tuple[str, str], dict[str, list[str]]]


def write_previews(
    previewer: Previewer, folder: Path, *, campaigns: Sequence[str], who: str, languages: Sequence[str]
) -> Written:
    """Write the mails of the campaigns in each language; those of several campaigns lie in a folder each.

    Files of the same names are replaced, others left alone. What cannot be written is told in `index.html`.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file", hint="Give a folder, new or not.")
    folder.mkdir(parents=True, exist_ok=True)
    shown = tuple(previewer.campaign(name, who=who, language=language) for name in campaigns for language in languages)
    found = {
        (each.name, each.language): _write_mails(previewer, folder, each, is_alone=len(campaigns) == 1)
        for each in shown
    }
    views = {key_of(each.name, who, each.language): plain_campaign(each, with_looks=True) for each in shown}
    for view in views.values():
        view["languages"] = list(languages)
    people = {who: SAMPLES.get(who, who)}
    page = whole_page(whole_data(previewer.project, list(campaigns), people, views))
    (folder / "index.html").write_text(page, encoding="utf-8")
    return Written(shown=shown, files=found)


def _write_mails(previewer: Previewer, folder: Path, shown: ShownCampaign, *, is_alone: bool) -> dict[str, list[str]]:
    own = folder if is_alone else folder / shown.name
    own.mkdir(exist_ok=True)
    files: dict[str, list[str]] = {}
    for step in shown.steps:
        if step.mail is None:
            continue
        name = step.place.step.id
        letter, mail = previewer.letter(shown.name, name, who=shown.who, language=shown.language)
        stem = _NOT_IN_NAMES.sub("-", f"{step.number:02}-{name}.{shown.language or mail.language}")
        for ending, data in (("html", mail.html.encode()), ("txt", mail.text.encode()), ("eml", letter.data)):
            path = own / f"{stem}.{ending}"
            path.write_bytes(data)
            files.setdefault(name, []).append(path.relative_to(folder).as_posix())
    return files
