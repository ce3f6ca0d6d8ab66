"""`nurture inbox classify FILE...`: judge message files, without a database or a mailbox; a project is not needed."""

import json
from pathlib import Path

import click
from rich.markup import escape

from nurture.app import judge_of
from nurture.cli.output import console
from nurture.cli.project import project_of
from nurture.clock import SystemClock
from nurture.domain.verdict import Verdict
from nurture.errors import InvalidInput
from nurture.inbox.classify import Judge
from nurture.inbox.mailbox import MAX_MAIL_BYTES
from nurture.inbox.parse import parse
from nurture.loader.phrase_books import shipped_phrases
from nurture.settings import CONFIG


@click.command("classify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "is_json", is_flag=True, help="One JSON object a line, one line a file.")
@click.pass_context
def classify_files(ctx: click.Context, files: tuple[Path, ...], is_json: bool) -> None:
    """Say what each message FILE is: a reply, a bounce, out of office, … and why.

    In a project's folder the `patterns` of its config count too. Days are counted from when a message was written.
    """
    now = SystemClock().now()
    judge = _judge(ctx)
    unread: list[str] = []
    for file in files:
        try:
            with file.open("rb") as stream:
                raw = stream.read(MAX_MAIL_BYTES + 1)
        except OSError as error:
            unread.append(f"{file}: {error.strerror}")
            continue
        is_partial = len(raw) > MAX_MAIL_BYTES
        mail = parse(raw[:MAX_MAIL_BYTES], is_partial=is_partial)
        verdict = judge.classify(mail, now=min(mail.date, now) if mail.date else now)
        if is_json:
            click.echo(json.dumps(as_document(file, verdict), ensure_ascii=False))
        else:
            console().print(_line(file, verdict))
    if unread:
        raise InvalidInput("\n".join(unread))


def _judge(ctx: click.Context) -> Judge:
    """The judge of the project in the folder; outside of one, by the phrases that ship."""
    if not (ctx.obj["config"] or (Path(ctx.obj["folder"]) / CONFIG).exists()):
        return Judge(shipped_phrases())
    return judge_of(project_of(ctx))


def _line(file: Path, verdict: Verdict) -> str:
    """What a person wants to know of a verdict, on one line: kind, intent, days, addresses, reason."""
    what = f"[bold]{verdict.kind}[/]" + (f" [bold]{verdict.intent}[/]" if verdict.intent else "")
    told = [f"until {verdict.until}" if verdict.until else "", f"back {verdict.return_on}" if verdict.return_on else ""]
    told += [f"ask {verdict.colleague}" if verdict.colleague else ""]
    told += [f"{verdict.substitute} stands in" if verdict.substitute else ""]
    told += [
        f"{failure.recipient} {'hard' if failure.is_hard else 'soft'} {failure.reason}"
        for failure in verdict.failures[:3]
    ]
    sure = f" [dim]({verdict.confidence:.0%})[/]" if verdict.confidence < 1 else ""
    return f"{escape(str(file))}: {what}{sure} {escape(', '.join([*filter(None, told), verdict.reason]))}"


def as_document(file: Path, verdict: Verdict) -> dict[str, object]:
    """The verdict in its JSON shape: four keys for all, further ones by kind."""
    found: dict[str, object] = {
        "file": str(file),
        "kind": verdict.kind,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
    }
    match verdict.kind:
        case "bounce" | "delayed":
            found["failures"] = _failures(verdict)
        case "complaint":
            found |= {"feedback_type": verdict.feedback_type, "failures": _failures(verdict)}
        case "auto_reply":
            found["return_on"] = verdict.return_on.isoformat() if verdict.return_on else None
            found |= {
                "text": verdict.text,
                "colleague": verdict.colleague,
                "substitute": verdict.substitute,
                "language": verdict.language,
            }
        case "reply":
            found |= {"text": verdict.text, "intent": verdict.intent, "intent_words": list(verdict.intent_words)}
            until = verdict.until.isoformat() if verdict.until else None
            found |= {"until": until, "colleague": verdict.colleague, "language": verdict.language}
        case "unsubscribe":
            found |= {"text": verdict.text, "language": verdict.language}
        case "challenge" | "unreadable":
            pass
    return found


def _failures(verdict: Verdict) -> list[dict[str, object]]:
    return [
        {"recipient": each.recipient, "status": each.status, "hard": each.is_hard, "reason": each.reason}
        for each in verdict.failures
    ]
