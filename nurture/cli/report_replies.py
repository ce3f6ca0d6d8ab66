"""`nurture report replies`: what came back, and how well it was judged, by what people corrected."""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import click
from rich.markup import escape

from nurture.app import campaigns_of
from nurture.cli.output import console, json_option, print_json, table
from nurture.cli.project import campaign_by, opened, project_of
from nurture.domain.verdict import INTENTS
from nurture.store import judgements
from nurture.store.judgements import Judged

_MOST_WORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Mails that the rules took for `name`: how many, how many of those people corrected, the share that stood.

    `became` counts mails that people corrected to it.
    """

    name: str
    judged: int
    corrected: int
    became: int = 0
    precision: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """`words` are those that led to a corrected intent, most often wrong first."""

    campaign: str | None
    mails: int
    corrected: int
    corrected_share: float | None
    kinds: tuple[Line, ...]
    intents: tuple[Line, ...]
    languages: tuple[Line, ...]
    words: tuple[Line, ...]
    median_hours_to_answer: float | None


@click.command("replies")
@click.argument("campaign", required=False)
@json_option
@click.option("--csv", "is_csv", is_flag=True, help="Comma-separated values.")
@click.pass_context
def replies(ctx: click.Context, campaign: str | None, is_json: bool, is_csv: bool) -> None:
    """What came back by kind and intent, and how often people corrected it: by intent, language and words.

    What nobody corrected counts as right: who looks at more of it knows more.
    """
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        if campaign:
            campaign_by(campaigns_of(project, conn), campaign)
        mails = judgements.judged(conn, campaign)
        hours = [span.total_seconds() / 3600 for span in judgements.answering_times(conn, campaign)]
    found = report_of(mails, campaign=campaign, hours=hours)
    if is_json:
        print_json(found)
    elif is_csv:
        _write_csv(found)
    else:
        _show(found)


def report_of(mails: Sequence[Judged], *, campaign: str | None = None, hours: Sequence[float] = ()) -> Replies:
    """The report on these mails."""
    corrected = sum(mail.is_corrected for mail in mails)
    replies = [mail for mail in mails if mail.first_kind == "reply"]
    became = Counter(mail.intent for mail in mails if mail.is_corrected and mail.intent)
    intents = _lines((mail.first_intent, mail.is_corrected) for mail in replies)
    words = _lines((word, mail.is_corrected) for mail in replies for word in mail.words)
    return Replies(
        campaign=campaign,
        mails=len(mails),
        corrected=corrected,
        corrected_share=_share(corrected, len(mails)),
        kinds=_with_became(
            _lines((mail.first_kind, mail.is_corrected and mail.kind != mail.first_kind) for mail in mails),
            Counter(mail.kind for mail in mails if mail.is_corrected and mail.kind != mail.first_kind),
        ),
        intents=tuple(sorted(_with_became(intents, became), key=_place)),
        languages=_lines((mail.language or "?", mail.is_corrected) for mail in replies),
        words=tuple(sorted((line for line in words if line.corrected), key=lambda line: (-line.corrected, line.name)))[
            :_MOST_WORDS
        ],
        median_hours_to_answer=round(median(hours), 1) if hours else None,
    )


def _place(line: Line) -> int:
    return next((place for place, intent in enumerate(INTENTS) if intent == line.name), len(INTENTS))


def _lines(judged: Iterable[tuple[str | None, bool]]) -> tuple[Line, ...]:
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for name, is_corrected in judged:
        total[name or "other"] += 1
        wrong[name or "other"] += is_corrected
    return tuple(
        Line(name=name, judged=number, corrected=wrong[name], precision=_share(number - wrong[name], number))
        for name, number in total.most_common()
    )


def _with_became(lines: Sequence[Line], became: Counter[str]) -> tuple[Line, ...]:
    known = {line.name for line in lines}
    counted = [
        Line(
            name=line.name,
            judged=line.judged,
            corrected=line.corrected,
            became=became[line.name],
            precision=line.precision,
        )
        for line in lines
    ]
    new = [
        Line(name=name, judged=0, corrected=0, became=number) for name, number in became.items() if name not in known
    ]
    return (*counted, *new)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


_PARTS = ("kinds", "intents", "languages", "words")


def _write_csv(found: Replies) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(["campaign", "of", "name", "judged", "corrected", "became", "precision"])
    for part in _PARTS:
        for line in getattr(found, part):
            writer.writerow([found.campaign or "", part, *asdict(line).values()])


def _show(found: Replies) -> None:
    out = console()
    share = f" ({found.corrected_share:.1%})" if found.corrected_share is not None else ""
    out.print(f"{found.mails} mails came, people corrected {found.corrected}{share}.")
    if found.median_hours_to_answer is not None:
        out.print(f"Tasks from mails are done after {found.median_hours_to_answer} hours in the middle.")
    for part in _PARTS:
        lines: tuple[Line, ...] = getattr(found, part)
        if not lines:
            continue
        numbers = ["judged", "corrected", "became", "right"]
        shown = table(part, *numbers, title="", numbers=numbers)
        for line in lines:
            right = "" if line.precision is None else f"{line.precision:.1%}"
            shown.add_row(escape(line.name), str(line.judged), str(line.corrected), str(line.became), right)
        out.print()
        out.print(shown)
