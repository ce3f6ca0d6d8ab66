"""Checks that subjects carry the words that a campaign wants in them."""

from collections.abc import Iterator

from nurture.domain.campaign import Campaign, EmailAction
from nurture.errors import InvalidInput, Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place
from nurture.rendering.renderer import Renderer


def keyword_problems(loaded: Loaded, campaign: Campaign, renderer: Renderer) -> Iterator[Problem]:
    """A warning for each keyword that no subject carries, and each language without one; capitals do not matter."""
    keywords = [keyword.casefold() for keyword in campaign.keywords]
    subjects = [(language, subject.casefold()) for language, subject in _subjects(campaign, renderer)]
    if not keywords or not subjects:
        return
    for index, keyword in enumerate(campaign.keywords):
        if not any(keyword.casefold() in subject for _, subject in subjects):
            item: Place = ("keywords", index)
            place = item if item in loaded.document.values else ("keywords",)
            message = f"no subject carries `{keyword}`"
            hint = "write it into a subject, or take it out of `keywords`"
            yield loaded.document.problem(place, "keyword_unused", message, hint, severity="warning")
    carrying = {language for language, subject in subjects if any(keyword in subject for keyword in keywords)}
    for language in sorted({language for language, _ in subjects if language} - carrying):
        if carrying and None not in carrying:
            message = f"no subject in {language} carries any of the keywords"
            hint = f"write the words for it in {language} beside the others, and into a subject"
            yield loaded.document.problem(("keywords",), "keyword_language", message, hint, severity="warning")


def _subjects(campaign: Campaign, renderer: Renderer) -> Iterator[tuple[str | None, str]]:
    """Each subject with its language, None where it stands in the campaign and goes to all."""
    for _, step in campaign.all_steps():
        if not isinstance(step.action, EmailAction):
            continue
        if step.action.subject is not None:
            yield None, step.action.subject
            continue
        try:
            variants = renderer.folder.variants(step.action.template)
            heads = [(language, renderer.folder.read(variant.source).head) for language, variant in variants.items()]
        except InvalidInput:
            continue  # told where the template is checked
        yield from ((language, head["subject"].value) for language, head in heads if "subject" in head)
