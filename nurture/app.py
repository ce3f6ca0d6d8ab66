"""The composition root: from the project's settings to everything that runs, each thing built once and passed on."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from nurture.checks.campaign import check_campaign
from nurture.clock import Chance, Clock
from nurture.delivery.dkim import Signer
from nurture.delivery.folder import FolderTransport
from nurture.delivery.pool import SmtpTransport
from nurture.delivery.settings import FolderSettings, SmtpSettings
from nurture.delivery.transport import Transport
from nurture.domain.campaign import Campaign
from nurture.domain.decide import Caps
from nurture.domain.project_words import ProjectWords
from nurture.engine.attendance import Attendance
from nurture.engine.calls import Caller
from nurture.engine.collect import Collector, Folder
from nurture.engine.courier import Courier
from nurture.engine.letter import LetterWriter
from nurture.engine.lookout import Lookout
from nurture.engine.past import Past
from nurture.engine.perform import Desk
from nurture.engine.pulse import Pulse
from nurture.engine.rules import Rules, Tracking
from nurture.engine.running import Running
from nurture.engine.store_thread import StoreThread
from nurture.engine.worker import Worker
from nurture.errors import InvalidInput
from nurture.inbox.classify import Judge
from nurture.inbox.idle import ImapWatch
from nurture.inbox.imap import ImapMailbox
from nurture.inbox.mailbox import Mailbox, TokenSource, Watch
from nurture.inbox.maildir import MaildirMailbox
from nurture.inbox.settings import MailboxSettings, is_inbox
from nurture.loader.library import Library
from nurture.loader.phrase_books import shipped_phrases
from nurture.rendering.renderer import Renderer
from nurture.settings import Project
from nurture.simulation.scenario_stage import House
from nurture.store import link_keys, versions
from nurture.store.connection import Connection
from nurture.store.database import Database, open_or_create
from nurture.webhooks.provider_tokens import ProviderTokens
from nurture.webhooks.settings import TokenSettings


def open_database(project: Project) -> Database:
    """The project's database at this release's schema; an SQLite file that is not there yet is made.

    Raises DatabaseUnavailable, also for a schema that is older or newer, with what to do.
    """
    return open_or_create(project.database_url)


def rules_of(project: Project) -> Rules:
    """What the engine goes by."""
    return Rules(
        project=project.name,
        base_url=project.base_url,
        zone=project.zone,
        country=project.country,
        senders={name: settings.sender for name, settings in project.senders.items()},
        vocabulary=project.vocabulary,
        caps=Caps(usual=project.caps, hard=project.hard_caps),
        score_rules=project.score_rules,
        closed_days=project.closed_days,
        owners=project.owners,
        team=project.team,
        tracking=Tracking(opens=project.tracking.opens, clicks=project.tracking.clicks, not_in=project.tracking.not_in),
        plus_address_senders=frozenset(
            name for name, settings in project.senders.items() if settings.has_plus_addresses
        ),
        is_local=urlsplit(project.base_url).hostname in ("127.0.0.1", "localhost", "::1"),
        webhook_secret=project.webhook_secret,
        lease_for=project.lease_for,
    )


def renderer_of(project: Project) -> Renderer:
    """The renderer of the project's templates."""
    return Renderer(
        project.root,
        languages=project.languages,
        company=project.company,
        project_name=project.name,
        vocabulary=project.vocabulary,
    )


def library_of(project: Project) -> Library:
    """The project's campaigns as the files have them, for what is tried on them. What runs: `campaigns_of`."""
    return Library(project.root / "campaigns", project.vocabulary, links_of=renderer_of(project).links_of)


def running_library_of(project: Project) -> Library:
    """The project's campaigns of whose files everything is right, templates and all: only these may come to run."""
    renderer = renderer_of(project)
    return Library(
        project.root / "campaigns",
        project.vocabulary,
        links_of=renderer.links_of,
        inspect=lambda path: check_campaign(path, project.root, renderer, closed_days=project.closed_days),
        beside=[project.root / "templates"],
    )


def words_of(project: Project) -> ProjectWords:
    """What campaigns keep of the config with each version."""
    return ProjectWords(
        project=project.name,
        company=project.company,
        languages=project.languages,
        vocabulary=project.vocabulary,
    )


def running_of(project: Project, database: Database, *, clock: Clock) -> Running:
    """What runs and what the files propose; not looked at yet."""
    return Running(
        database=database,
        library=running_library_of(project),
        renderer=renderer_of(project),
        words=words_of(project),
        root=project.root,
        clock=clock,
    )


def campaigns_of(project: Project, conn: Connection) -> Mapping[str, Campaign]:
    """The campaigns as they run; as the files have them, where none of a campaign's versions ever ran."""
    past, found = Past(), {}
    for version in versions.by_ids(conn, list(versions.running_ids(conn).values())):
        try:
            found[version.campaign] = past.built(conn, version).campaign
        except InvalidInput:
            continue  # `status` says so
    files = library_of(project).campaigns
    return found | {
        name: each for name, each in files.items() if name not in found and not versions.has_any(conn, name)
    }


def enabled_of(project: Project, conn: Connection) -> Mapping[str, Campaign]:
    """Those of `campaigns_of` that may ask people in."""
    return {name: each for name, each in campaigns_of(project, conn).items() if each.is_enabled}


def house_of(project: Project) -> House:
    """What the project's scenarios are played with."""
    return House(rules=rules_of(project), renderer=renderer_of(project), judge=judge_of(project))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What `run`, `worker`, `tick` and `demo` start and stop. Nothing below is given the whole."""

    desk: Desk
    running: Running
    store: StoreThread
    courier: Courier
    caller: Caller
    collector: Collector
    worker: Worker
    attendance: Attendance
    pulse: Pulse

    async def close(self) -> None:
        """End connections and the store's thread, once nothing is under way."""
        await self.courier.close()
        await self.caller.close()
        self.store.close()
        self.attendance.leave()


def build_engine(
    project: Project, database: Database, *, clock: Clock, chance: Chance, outbox: Path | None = None
) -> Engine:
    """An engine over an open database. `outbox` has every mail written there as a file instead of being sent."""
    running = running_of(project, database, clock=clock)
    running.refresh()
    desk = Desk(rules=rules_of(project), renderer=renderer_of(project), chance=chance, kept=running.kept)
    with database.write() as conn:
        signing_key = link_keys.ensure(conn, chance, clock.now())[0]
    store = StoreThread(database)
    attendance = Attendance(_attendance_folder(project, database), chance.token(4))
    courier = Courier(
        desk=desk,
        store=store,
        transports=transports_of(project, outbox),
        writer=_writer(project, desk, signing_key),
        journal=attendance.journal,
        clock=clock,
    )
    caller = Caller(rules=desk.rules, store=store, clock=clock)
    worker = Worker(
        desk=desk,
        store=store,
        courier=courier,
        caller=caller,
        running=running,
        clock=clock,
        name=attendance.worker,
    )
    collector = Collector(
        database=database,
        desk=desk,
        running=running,
        folders=folders_of(project, clock=clock),
        judge=judge_of(project),
        clock=clock,
    )
    lookout = Lookout(collector=collector, database=database, clock=clock, chance=chance, worker=attendance.worker)
    pulse = Pulse(
        desk=desk,
        database=database,
        running=running,
        worker=worker,
        lookout=lookout,
        attendance=attendance,
        clock=clock,
    )
    return Engine(
        desk=desk,
        running=running,
        store=store,
        courier=courier,
        caller=caller,
        collector=collector,
        worker=worker,
        attendance=attendance,
        pulse=pulse,
    )


def _writer(project: Project, desk: Desk, signing_key: bytes) -> LetterWriter:
    return LetterWriter(
        rules=desk.rules,
        renderer=desk.renderer,
        signers=signers_of(project),
        signing_key=signing_key,
        kept=desk.kept,
    )


def build_collector(project: Project, database: Database, *, clock: Clock, chance: Chance) -> Collector:
    """What looks into the mailboxes, without the rest of an engine."""
    running = running_of(project, database, clock=clock)
    running.look()
    desk = Desk(rules=rules_of(project), renderer=renderer_of(project), chance=chance, kept=running.kept)
    return Collector(
        database=database,
        desk=desk,
        running=running,
        folders=folders_of(project, clock=clock),
        judge=judge_of(project),
        clock=clock,
    )


def judge_of(project: Project) -> Judge:
    """What judges the project's inbound mail, by the phrases that ship and its own."""
    return Judge((*shipped_phrases(), *project.phrases))


def signers_of(project: Project) -> dict[str, Signer]:
    """What signs the mails of each sender that has a key. Raises InvalidInput for a key that is none."""
    return {name: Signer(settings.dkim) for name, settings in project.senders.items() if settings.dkim}


def transports_of(project: Project, outbox: Path | None = None) -> Mapping[str, Transport]:
    """Each sender's way out; to be made inside the event loop that uses it."""
    relays: dict[str, SmtpSettings] = {}
    found: dict[str, Transport] = {}
    for name, settings in project.senders.items():
        if outbox:
            found[name] = FolderTransport(outbox)
        elif isinstance(settings.transport, FolderSettings):
            found[name] = FolderTransport(settings.transport.path)
        else:
            relays[name] = settings.transport
    smtp = SmtpTransport(relays) if relays else None
    return {**found, **(dict.fromkeys(relays, smtp) if smtp else {})}


def folders_of(project: Project, *, clock: Clock) -> tuple[Folder, ...]:
    """Every folder that is looked into, of each sender that has an inbox."""
    return tuple(
        folder
        for name, settings in project.senders.items()
        if settings.inbox
        for folder in _folders(name, settings.inbox, settings.tokens, clock)
    )


def _folders(
    sender: str, settings: MailboxSettings, token_settings: TokenSettings | None, clock: Clock
) -> Iterator[Folder]:
    """The INBOX, or where that is not among them the first, is kept under the sender's own name."""
    tokens = ProviderTokens(token_settings, clock=clock) if token_settings else None
    main = next(filter(is_inbox, settings.folders), settings.folders[0])
    for folder in settings.folders:
        yield Folder(
            name=sender if folder == main else f"{sender}/{folder}",
            sender=sender,
            mailbox=_mailbox(settings, folder, tokens),
            watch=_watch(settings, folder, tokens),
        )
    if settings.sent:
        sent = _mailbox(settings, settings.sent, tokens, is_sent=True)
        yield Folder(name=f"{sender}:sent", sender=sender, mailbox=sent, is_sent=True)


def _mailbox(settings: MailboxSettings, folder: str, tokens: TokenSource | None, *, is_sent: bool = False) -> Mailbox:
    if settings.kind == "maildir" and settings.path:
        return MaildirMailbox(settings.path, folder, is_sent=is_sent)
    return ImapMailbox(settings, folder, tokens=tokens, is_sent=is_sent)


def _watch(settings: MailboxSettings, folder: str, tokens: TokenSource | None) -> Watch | None:
    is_wanted = settings.kind == "imap" and settings.is_idle_wanted
    return ImapWatch(settings, folder, tokens=tokens) if is_wanted else None


def _attendance_folder(project: Project, database: Database) -> Path:
    """Where the workers of this host that share the database know of each other."""
    if database.path:
        return database.path.with_name(f"{database.path.name}-workers")
    return project.root / f".nurture-workers-{hashlib.sha256(database.name.encode()).hexdigest()[:8]}"
