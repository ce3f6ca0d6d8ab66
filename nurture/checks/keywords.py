"""Checks that subjects carry the words that a campaign wants in them."""

from collections.abc import Iterator

from nurture.domain.campaign import Campaign, EmailAction
from nurture.errors import InvalidInput, Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place
from nurture.rendering.renderer import Renderer


def keyword_problems(loaded: Loaded, campaign: Campaign, renderer: Renderer) -> Iterator[Problem]:
    """A warning for each keyword that stands in no subject, in no language; capitals do not matter."""
    if not campaign.keywords:
        return
    subjects = [subject.casefold() for subject in _subjects(campaign, renderer)]
    for index, keyword in enumerate(campaign.keywords):
        if subjects and not any(keyword.casefold() in subject for subject in subjects):
            item: Place = ("keywords", index)
            place = item if item in loaded.document.values else ("keywords",)
            message = f"no subject carries `{keyword}`"
            hint = "write it into a subject, or take it out of `keywords`"
            yield loaded.document.problem(place, "keyword_unused", message, hint, severity="warning")


def _subjects(campaign: Campaign, renderer: Renderer) -> Iterator[str]:
    for _, step in campaign.all_steps():
        if not isinstance(step.action, EmailAction):
            continue
        if step.action.subject is not None:
            yield step.action.subject
            continue
        try:
            variants = renderer.folder.variants(step.action.template)
            heads = [renderer.folder.read(variant.source).head for variant in variants.values()]
        except InvalidInput:
            continue  # told where the template is checked
        yield from (head["subject"].value for head in heads if "subject" in head)
