"""Rendering's duties: what the law and mail providers want to see in a marketing mail, in its HTML and in its text."""

import html
import re

from nurture.domain.sender import Company


def missing(document: str, text: str, *, visible: str, company: Company, unsubscribe: str) -> list[tuple[str, str]]:
    """Code and message of each duty that is not met; `visible` is the text that a reader of the HTML sees."""
    found: list[tuple[str, str]] = []
    hrefs = {html.unescape(href) for href in re.findall(r'\shref="([^"]*)"', document)}
    if unsubscribe not in hrefs:
        found.append(("unsubscribe-missing", "the HTML has no unsubscribe link"))
    if _squashed(unsubscribe) not in _squashed(text):
        found.append(("unsubscribe-missing", "the text part has no unsubscribe link"))
    if not company.address.strip():
        found.append(("address-missing", "config.yaml gives no postal address under `company`"))
        return found
    for what, body in (("HTML", visible), ("text part", text)):
        if _squashed(company.address) not in _squashed(body):
            found.append(("address-missing", f"the {what} has no postal address"))
    return found


def _squashed(text: str) -> str:
    """Without blanks, because lines are broken differently in the two parts."""
    return re.sub(r"\s+", "", text)
