"""A preview as plain values for the page and for programs."""

from collections.abc import Sequence

from nurture.preview.excerpt import Trouble
from nurture.preview.looks import as_shown
from nurture.preview.previewer import ShownCampaign, ShownStep
from nurture.preview.shown import ShownMail
from nurture.rendering.subject_check import LONGEST, width

Plain = dict[str, object]


def plain_campaign(shown: ShownCampaign, *, with_looks: bool = False) -> Plain:
    """Everything that the page shows; `with_looks` has the HTML of each mail in it, as light and dark programs show it.

    Without, the page asks for that of the mail that is looked at.
    """
    return {
        "campaign": shown.name,
        "description": shown.description,
        "contact": shown.who,
        "language": shown.language,
        "languages": list(shown.languages),
        "problems": _plain_troubles(shown.problems),
        "steps": [_plain_step(step, with_looks=with_looks) for step in shown.steps],
    }


def plain_mails(shown: ShownCampaign, files: dict[str, list[str]] | None = None) -> list[Plain]:
    """The emails alone, without their content; `files` are those that were written, by step."""
    return [
        {
            "campaign": shown.name,
            "contact": shown.who,
            **{key: value for key, value in _plain_step(step).items() if key not in {"kind", "depth", "branch"}},
            "mail": _plain_mail(step.mail, with_body=False) if step.mail else None,
            **({"files": files.get(step.place.step.id, [])} if files is not None else {}),
        }
        for step in shown.steps
        if step.is_email
    ]


def _plain_step(step: ShownStep, *, with_looks: bool = False) -> Plain:
    place = step.place
    plain: Plain = {
        "kind": "email" if step.is_email else "other",
        "stage": place.stage.name,
        "step": place.step.id,
        "what": place.what,
        "when": place.when,
        "window": place.window,
        "only": place.only,
        "depth": place.depth,
        "branch": place.branch,
    }
    if step.is_email:
        plain["number"] = step.number
        plain["mail"] = _plain_mail(step.mail, with_body=True, with_looks=with_looks) if step.mail else None
        plain["error"] = _plain_trouble(step.trouble) if step.trouble else None
        plain["problems"] = _plain_troubles(step.problems)
    return plain


def _plain_mail(mail: ShownMail, *, with_body: bool, with_looks: bool = False) -> Plain:
    plain: Plain = {
        "language": mail.language,
        "sender": mail.sender,
        "subject": mail.subject,
        "subject_length": width(mail.subject),
        "subject_limit": LONGEST,
        "preheader": mail.preheader,
        "headers": [list(header) for header in mail.headers],
        "links": [
            {
                "name": link.name,
                "text": link.text,
                "url": link.url,
                "tracked": link.is_tracked,
                "https": link.is_safe,
            }
            for link in mail.links
        ],
        "attachments": [
            {"filename": file.filename, "type": file.content_type, "size": file.size} for file in mail.attachments
        ],
        "size": mail.size,
        "html_size": mail.html_size,
        "clips_at": mail.clips_at,
        "clipped": mail.is_clipped,
        "has_dark_look": mail.has_dark_look,
    }
    if with_body:
        plain |= {"snippet": mail.snippet, "text": mail.text}
    if with_looks:
        plain |= {"light": as_shown(mail.html, "light"), "dark": as_shown(mail.html, "dark")}
    return plain


def _plain_troubles(troubles: Sequence[Trouble]) -> list[Plain]:
    return [_plain_trouble(trouble) for trouble in troubles]


def _plain_trouble(trouble: Trouble) -> Plain:
    return {
        **trouble.problem.as_plain(),
        "severity": trouble.problem.severity,
        "lines": [{"number": line.number, "text": line.text, "is_it": line.is_it} for line in trouble.lines],
    }
