"""The demo's project: the shipped one in a folder of its own, with nothing that leads off this machine."""

from dataclasses import replace
from pathlib import Path

from nurture.cli.shipped import copy_shipped
from nurture.delivery.settings import SmtpSettings
from nurture.settings import CONFIG, Project, load_project

MAILDIR = "maildir"

_LINES = {
    "database": "database: sqlite:///nurture.db",
    "base_url": "base_url: http://127.0.0.1:8025",
    "smtp": "transport: {folder: outbox}    # mails become files; the demo's own mail server is gone",
    "inbox": f"inbox: {{kind: maildir, path: {MAILDIR}}}",
}


def lay_out(root: Path) -> Project:
    """Copy the shipped project into `root` and have it keep everything there, whatever the environment says."""
    copy_shipped(root)
    config = root / CONFIG
    config.write_text(at_home(config.read_text(encoding="utf-8")), encoding="utf-8")
    for name in ("new", "cur", "tmp"):
        (root / MAILDIR / name).mkdir(parents=True)
    return load_project(root, None, {})


def at_home(config: str) -> str:
    """The config with its ways out replaced, each by one line at its own indentation.

    >>> print(at_home("senders:\\n  mali:\\n    smtp:\\n      host: mx.example.com\\n    dkim: {}\\n"))
    senders:
      mali:
        transport: {folder: outbox}    # mails become files; the demo's own mail server is gone
        dkim: {}
    <BLANKLINE>
    """
    kept: list[str] = []
    inside: int | None = None
    for line in config.split("\n"):
        indentation = len(line) - len(line.lstrip())
        if inside is not None and line.strip() and indentation > inside:
            continue
        inside = None
        key = line.strip().partition(":")[0]
        if key in _LINES:
            inside = indentation
            kept.append(" " * indentation + _LINES[key])
        else:
            kept.append(line)
    return "\n".join(kept)


def on_loopback(project: Project, *, smtp_port: int, web_port: int) -> Project:
    """The project with every sender's mail going to our own server, and links leading to our own listener."""
    relay = SmtpSettings(host="127.0.0.1", port=smtp_port, security="none")
    senders = {name: replace(settings, transport=relay) for name, settings in project.senders.items()}
    return replace(
        project,
        senders=senders,
        base_url=f"http://127.0.0.1:{web_port}",
        web_host="127.0.0.1",
        web_port=web_port,
    )
