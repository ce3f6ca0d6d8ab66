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
    squashed_text = _squashed(text)
    squashed_visible = squashed_text if visible == text else _squashed(visible)
    if _squashed(unsubscribe) not in squashed_text:
        found.append(("unsubscribe-missing", "the text part has no unsubscribe link"))
    if not company.address.strip():
        found.append(("address-missing", "config.yaml gives no postal address under `company`"))
        return found
    address = _squashed(company.address)
    for what, body in (("HTML", squashed_visible), ("text part", squashed_text)):
        if address not in body:
            found.append(("address-missing", f"the {what} has no postal address"))
    return found


def _squashed(text: str) -> str:
    """Without blanks, because lines are broken differently in the two parts."""
    return "".join(text.split())
