"""The project's settings: `config.yaml` and the environment, as one value that every part is built from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from nurture.delivery.dkim import Signer
from nurture.delivery.settings import DkimSettings, FolderSettings, SmtpSettings
from nurture.domain.country_zones import MAIN_ZONES
from nurture.domain.duration import Duration
from nurture.domain.limits import Cap
from nurture.domain.phrases import PhraseBook
from nurture.domain.score import ScoreRules
from nurture.domain.sender import Company, Sender
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import ConfigError, InvalidInput, Problem
from nurture.inbox.patterns import check_pattern
from nurture.inbox.settings import MailboxSettings
from nurture.loader.closed_days import read_closed_days
from nurture.loader.config_shape import (
    CompanyShape,
    ConfigShape,
    InboxShape,
    LimitsShape,
    SmtpShape,
    TeamShape,
    TrackingShape,
    WebhooksShape,
    WebShape,
)
from nurture.loader.document import Place, read_document
from nurture.loader.inboxes import Inbox, read_inbox
from nurture.loader.interpolate import interpolate
from nurture.loader.library import campaign_names
from nurture.loader.nearest import nearest
from nurture.loader.phrase_books import own_phrases
from nurture.loader.secrets import note_secrets
from nurture.loader.senders import Account, Address, Key, read_from, read_key, read_rates, read_relay
from nurture.loader.validation import Checked, check_shape
from nurture.loader.vocabulary import read_score, read_vocabulary
from nurture.loader.words import show
from nurture.webhooks.settings import TokenSettings

CONFIG = "config.yaml"
_TOKENS = ".nurture-tokens"
_LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """One sender: its identity and rates, its way out (a relay, or a folder for a dry run), its mailbox and key.

    `tokens` are what the mailbox is entered with instead of a password.
    """

    sender: Sender
    transport: SmtpSettings | FolderSettings
    inbox: MailboxSettings | None = None
    tokens: TokenSettings | None = None
    dkim: DkimSettings | None = None
    has_plus_addresses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Whether opens and clicks are looked for; never for contacts of the countries in `not_in`."""

    opens: bool = True
    clicks: bool = True
    not_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything that `config.yaml` says, defaults filled in. `root` is the folder that it stands in.

    `caps` a campaign may lift, `hard_caps` none. `team` are the addresses of `notify: team`. Secrets are in no repr.
    """

    name: str
    root: Path
    database_url: str = field(repr=False)
    base_url: str
    zone: ZoneInfo
    country: str | None
    languages: tuple[str, ...]
    company: Company
    senders: Mapping[str, SenderSettings]
    vocabulary: Vocabulary
    caps: tuple[Cap, ...] = ()
    hard_caps: tuple[Cap, ...] = ()
    score_rules: ScoreRules | None = None
    owners: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    closed_days: frozenset[date] = frozenset()
    phrases: tuple[PhraseBook, ...] = ()
    tracking: Tracking = Tracking()
    webhook_secret: str = field(default="", repr=False)
    web_host: str = "127.0.0.1"
    web_port: int = 8025
    lease_for: timedelta = _LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRead:
    """A config as read. `draft` lacks what is wrong and is for checking on; only `project` may run.

    `draft` is None where nothing could be read.
    """

    draft: Project | None
    problems: tuple[Problem, ...]

    @property
    def project(self) -> Project | None:
        """The project, None where the config has an error."""
        return None if any(problem.severity == "error" for problem in self.problems) else self.draft


def load_project(root: Path, config: Path | None = None, environ: Mapping[str, str] | None = None) -> Project:
    """The project in the folder `root`, its config at `config` if not there. Raises ConfigError with every problem."""
    read = read_config(root, config, environ)
    if read.project is None:
        problems = [problem for problem in read.problems if problem.severity == "error"]
        raise ConfigError(problems, where=str(config or root / CONFIG))
    return read.project


def read_config(root: Path, config: Path | None = None, environ: Mapping[str, str] | None = None) -> ConfigRead:
    """As `load_project`, but what is wrong is in the answer, warnings too. `environ` is the process's by default."""
    path = config or root / CONFIG
    root = root.resolve()
    environ = os.environ if environ is None else environ
    if not path.exists():
        hint = "run `nurture init DIR` to make a project, or go to the folder of one"
        problem = Problem(file=path.name, code="no_config", message=f"there is no {path}", hint=hint)
        return ConfigRead(draft=None, problems=(problem,))
    written = read_document(path, path.name)
    checked = check_shape(interpolate(written, environ), ConfigShape, _may_be_empty)
    note_secrets(written, checked)
    if checked.shape is None:
        return ConfigRead(draft=None, problems=tuple(sorted(checked.problems)))
    draft = _Config(checked.shape, checked, root).project()
    return ConfigRead(draft=draft, problems=tuple(sorted(checked.problems)))


def _may_be_empty(place: Place) -> bool:
    return len(place) == 2 and place[0] == "events"


class _Config:
    """Gives one config its meaning, noting what is wrong."""

    def __init__(self, shape: ConfigShape, checked: Checked[ConfigShape], root: Path) -> None:
        self._shape = shape
        self._checked = checked
        self._root = root

    def project(self) -> Project:
        shape = self._shape
        for key in ("offers",):
            if key in shape.model_fields_set:
                self._later((key,), key)
        languages = self._languages()
        names = campaign_names(self._root / "campaigns")
        vocabulary = read_vocabulary(shape, self._checked, languages=languages, campaigns=names)
        limits, team, web = shape.limits or LimitsShape(), shape.team or TeamShape(), shape.web or WebShape()
        if "notify" in team.model_fields_set:
            self._later(("team", "notify"), "team.notify")
        owners = tuple((team.owners.members if team.owners else None) or ())
        name = shape.project or self._root.name or "project"
        company = shape.company or CompanyShape()
        port = web.port or 8025
        closed = shape.closed_days.file if shape.closed_days else None
        return Project(
            name=name,
            root=self._root,
            database_url=self._database(),
            base_url=self._base_url(port),
            zone=self._zone(),
            country=self._country(shape.country, ("country",)),
            languages=languages,
            company=Company(name=company.name or name, address=company.address or "", tax_id=company.tax_id or ""),
            senders=self._senders(),
            vocabulary=vocabulary,
            caps=limits.per_contact or (),
            hard_caps=limits.never_more_than or (),
            score_rules=read_score(shape, self._checked, vocabulary),
            owners=owners,
            team=tuple(team.members or owners),
            closed_days=read_closed_days(closed, self._root, self._checked) if closed else frozenset(),
            phrases=self._phrases(),
            tracking=self._tracking(),
            webhook_secret=(shape.webhooks or WebhooksShape()).secret or "",
            web_host=web.host or "127.0.0.1",
            web_port=port,
            lease_for=self._lease(),
        )

    def _later(self, place: Place, what: str) -> None:
        self._checked.add(place, "later", f"{what} is not available yet", "take it out for now", on_key=True)

    def _database(self) -> str:
        """The URL; the path of an SQLite file is one under the project, wherever the command was called."""
        url = self._shape.database or "sqlite:///nurture.db"
        scheme, _, rest = url.partition("://")
        if scheme == "sqlite":
            path = rest.removeprefix("/")
            if path in ("", ":memory:") or path.startswith(("/", "file:")):
                return url
            return f"sqlite:///{(self._root / path).as_posix()}"
        if scheme not in ("postgresql", "postgresql+psycopg") or not _has_good_port(url):
            hint = "write sqlite:///nurture.db or postgresql+psycopg://USER@HOST/NAME"
            self._checked.add(("database",), "bad_url", "this is no database that nurture knows", hint)
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    def _base_url(self, port: int) -> str:
        url = self._shape.base_url
        if url is None:
            return f"http://127.0.0.1:{port}"
        try:
            parts = urlsplit(url)
            is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query + parts.fragment
        except ValueError:
            is_right = False
        if not is_right:
            hint = "write it as https://mail.example.com"
            self._checked.add(("base_url",), "bad_url", f"{show(url)} is no web address", hint)
        return url.rstrip("/")

    def _zone(self) -> ZoneInfo:
        name = self._shape.timezone or "UTC"
        zones = available_timezones()
        if name not in zones:
            near = nearest(name, zones) or nearest(name, {zone.rpartition("/")[2]: zone for zone in zones})
            found = next((zone for zone in sorted(zones) if near and zone.endswith(near)), None)
            hint = f"did you mean {found}?" if found else "write it as Asia/Bangkok"
            self._checked.add(("timezone",), "unknown_zone", f"there is no time zone {show(name)}", hint)
            return ZoneInfo("UTC")
        return ZoneInfo(name)

    def _country(self, code: str | None, place: Place) -> str | None:
        if code is not None and code not in MAIN_ZONES:
            hint = f"did you mean {code.upper()}?" if code.upper() in MAIN_ZONES else "two capitals, as TH or DE"
            self._checked.add(place, "unknown_country", f"there is no country {show(code)}", hint)
            return None
        return code

    def _languages(self) -> tuple[str, ...]:
        languages = tuple(self._shape.languages or ("en",))
        for index, language in enumerate(languages):
            parts = language.split("-")
            if not (parts[0].isascii() and parts[0].isalpha() and parts[0].islower() and 2 <= len(parts[0]) <= 3):
                message = f"{show(language)} is no language"
                self._checked.add(("languages", index), "bad_language", message, "write it as en, th or pt-BR")
            elif language in languages[:index]:
                self._checked.add(("languages", index), "conflict", f"{language} is here twice", "keep one")
        return languages

    def _senders(self) -> Mapping[str, SenderSettings]:
        if not self._shape.senders and not self._checked.is_cut_under("senders"):
            hint = "write `senders:` with a name, `from` and `smtp`"
            self._checked.add((), "missing", "the config names no sender", hint, on_key=True)
        found: dict[str, SenderSettings] = {}
        for name, shape in (self._shape.senders or {}).items():
            place: Place = ("senders", name)
            address = read_from(shape.from_, place, self._checked) or Address(email="")
            relay = read_relay(shape, place, self._checked, self._root)
            inbox = read_inbox(shape.inbox, (*place, "inbox"), self._checked, self._root) if shape.inbox else None
            key = read_key(shape.dkim, (*place, "dkim"), self._checked, self._root) if shape.dkim else None
            dkim = _dkim(key)
            if dkim:
                self._refuse_bad_key(dkim, (*place, "dkim", "key_file"))
            rates = read_rates(shape.limits, (*place, "limits"), self._checked)
            found[name] = SenderSettings(
                sender=Sender(name=name, email=address.email, display_name=address.name, rates=rates),
                transport=_transport(relay, shape.smtp) or FolderSettings(path=self._root / "outbox"),
                inbox=_mailbox(inbox, shape.inbox) if inbox and shape.inbox else None,
                tokens=self._tokens(name, inbox) if inbox else None,
                dkim=dkim,
                has_plus_addresses=bool(shape.inbox and shape.inbox.plus_addresses),
            )
        return found

    def _tokens(self, sender: str, inbox: Inbox) -> TokenSettings | None:
        if inbox.oauth is None:
            return None
        return TokenSettings(
            name=sender,
            token_url=inbox.oauth.token_url,
            client_id=inbox.oauth.client_id,
            client_secret=inbox.oauth.client_secret,
            scope=inbox.oauth.scope,
            refresh_token=inbox.oauth.refresh_token,
            refresh_token_file=inbox.oauth.refresh_token_file,
            kept_in=self._root / _TOKENS / f"{sender}.json",
        )

    def _refuse_bad_key(self, dkim: DkimSettings, place: Place) -> None:
        """Said with the rest of the config, not when the first mail is to be signed."""
        try:
            Signer(dkim)
        except InvalidInput as wrong:
            self._checked.add(place, "bad_key", wrong.message.rstrip("."), wrong.hint)

    def _phrases(self) -> tuple[PhraseBook, ...]:
        """The project's own phrases, those that can be used."""
        written = own_phrases(self._shape.patterns) if self._shape.patterns else []
        for phrase in written:
            try:
                check_pattern(phrase.pattern)
            except InvalidInput as wrong:
                self._checked.add(phrase.place, "bad_pattern", wrong.message.rstrip("."), wrong.hint)
        return tuple(phrase.book for phrase in written)

    def _tracking(self) -> Tracking:
        shape = self._shape.tracking or TrackingShape()
        codes = [self._country(code, ("tracking", "not_in", index)) for index, code in enumerate(shape.not_in or ())]
        return Tracking(
            opens=shape.opens is not False,
            clicks=shape.clicks is not False,
            not_in=frozenset(code for code in codes if code),
        )

    def _lease(self) -> timedelta:
        span = self._shape.lease
        if span is None:
            return _LEASE
        if span.business_days or not timedelta(seconds=30) <= _exact(span) <= timedelta(days=1):
            self._checked.add(("lease",), "bad_duration", "a lease lasts from 30 seconds to a day", "write 2m")
            return _LEASE
        return _exact(span)


def _has_good_port(url: str) -> bool:
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _exact(span: Duration) -> timedelta:
    return timedelta(days=span.days, seconds=span.seconds)


def _transport(relay: Account | Path | None, shape: SmtpShape | None) -> SmtpSettings | FolderSettings | None:
    match relay:
        case Path():
            return FolderSettings(path=relay)
        case Account():
            usual = SmtpSettings(
                host=relay.host,
                port=relay.port,
                security=relay.security,
                username=relay.username,
                password=relay.password,
            )
            timeout, connections = (shape.timeout, shape.connections) if shape else (None, None)
            return replace(usual, timeout=timeout or usual.timeout, connections=connections or usual.connections)
        case None:
            return None


def _mailbox(inbox: Inbox, shape: InboxShape) -> MailboxSettings:
    if isinstance(inbox.at, Path):
        return MailboxSettings(kind="maildir", path=inbox.at, folders=inbox.folders, sent=inbox.sent)
    return MailboxSettings(
        kind="imap",
        host=inbox.at.host,
        port=inbox.at.port,
        security=inbox.at.security,
        username=inbox.at.username,
        password=inbox.at.password,
        is_idle_wanted=shape.idle is not False,
        folders=inbox.folders,
        sent=inbox.sent,
    )


def _dkim(key: Key | None) -> DkimSettings | None:
    return DkimSettings(selector=key.selector, key_file=key.file, domain=key.domain) if key else None
