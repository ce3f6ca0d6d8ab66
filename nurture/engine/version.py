"""A version of a campaign: taken from its files, and made again from the row that was kept of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.project_words import ProjectWords
from nurture.errors import InvalidInput, Problem
from nurture.loader.campaign_file import load_campaign
from nurture.loader.kept_words import words_kept, words_used
from nurture.rendering.files import KeptFiles
from nurture.rendering.renderer import Renderer
from nurture.store.versions import VersionDraft

_NO_FOLDER = Path()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A version ready to run: the campaign, whose `digest` is the version's, and what renders its mails."""

    campaign: Campaign
    renderer: Renderer


def draft_of(campaign: Campaign, path: Path, renderer: Renderer, words: ProjectWords) -> VersionDraft:
    """The campaign of the file at `path` with every template, layout, attachment and word of the config it uses.

    Raises InvalidInput or OSError where one of the files cannot be read.
    """
    file = f"{path.parent.name}/{path.name}"
    files = {file: path.read_bytes()}
    for _, step in campaign.all_steps():
        if isinstance(step.action, EmailAction):
            files |= renderer.files_of(step.action)
    used = words_used(words, [data.decode(errors="ignore") for name, data in files.items() if _is_text(name, file)])
    return VersionDraft(campaign=campaign.name, digest=_digest(files, used), file=file, files=files, words=used)


def built(
    *,
    name: str,
    digest: str,
    file: str,
    files: Mapping[str, bytes],
    words: Mapping[str, Any],
    formerly: Mapping[str, tuple[str, ...]],
) -> Built:
    """The version as it runs. Raises InvalidInput where this release cannot make a campaign of it any more."""
    kept = words_kept(words)
    renderer = Renderer(
        _NO_FOLDER,
        languages=kept.languages,
        company=kept.company,
        project_name=kept.project,
        vocabulary=kept.vocabulary,
        files=KeptFiles(files),
    )
    loaded = load_campaign(files[file], name=name, file=file, vocabulary=kept.vocabulary, links_of=renderer.links_of)
    if loaded.campaign is None:
        first: Problem = next(each for each in loaded.problems if each.severity == "error")
        raise InvalidInput(f"a kept version of {name} cannot run: {first}", hint="`nurture apply` takes the files.")
    return Built(campaign=replace(loaded.campaign, digest=digest, formerly=formerly), renderer=renderer)


def rewritten(old: Built, new: Built) -> frozenset[str]:
    """The steps of `new` whose mail is made of other files than the step of that id in `old`."""
    found = set()
    for _, step in new.campaign.all_steps():
        then = old.campaign.step(step.id)
        was = then[1].action if then else None
        if not (isinstance(was, EmailAction) and isinstance(step.action, EmailAction)):
            continue
        if _made_of(old.renderer, was) != _made_of(new.renderer, step.action):
            found.add(step.id)
    return frozenset(found)


def _made_of(renderer: Renderer, action: EmailAction) -> dict[str, bytes] | None:
    try:
        return renderer.files_of(action)
    except InvalidInput:
        return None


def _is_text(name: str, file: str) -> bool:
    return name == file or name.startswith("templates/")


def _digest(files: Mapping[str, bytes], words: Mapping[str, Any]) -> str:
    parts = [f"{path}\0{sha256(content).hexdigest()}" for path, content in sorted(files.items())]
    parts.append(json.dumps(words, sort_keys=True, ensure_ascii=False))
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
