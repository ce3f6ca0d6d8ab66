"""What the person, or somebody of ours, does in a scenario: each act done by the engine's own verbs."""

from datetime import datetime

from nurture.domain.calendar import add
from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.scenario import (
    Act,
    BeAway,
    Bounce,
    Buy,
    Click,
    CloseTask,
    Complain,
    Halt,
    Happen,
    Open,
    OurAct,
    OwnerWrites,
    PutTags,
    Reply,
    Resume,
    SetFields,
    TheirAct,
    Unsubscribe,
)
from nurture.engine import by_hand
from nurture.engine.close_task import close_task
from nurture.engine.enroll import Enrolled
from nurture.engine.occur import occur
from nurture.engine.owner_wrote import owner_wrote
from nurture.engine.sell import place_order
from nurture.engine.unsubscribe import unsubscribe
from nurture.errors import InvalidInput
from nurture.inbox.sent import read_sent
from nurture.simulation import scenario_mail
from nurture.simulation.scenario_mail import Writer
from nurture.simulation.scenario_stage import Stage
from nurture.store import contacts, enrollments, hits, tasks
from nurture.store.connection import Connection
from nurture.store.hits import HitKind

_BY_HAND = "by hand"


class Doings:
    """Does acts of the stage's person in the campaign `main`. Raises InvalidInput for what cannot be done now."""

    def __init__(self, stage: Stage, main: str) -> None:
        self._stage = stage
        self._contact_id = stage.contact_id
        self._main = main
        self._orders = 0

    def do(self, act: Act) -> list[Enrolled]:
        """Whom an event was to ask in, and what came of it; nobody for everything else."""
        match act:
            case Happen(event=name, fields=fields):
                event = Event(name=name, at=self._now(), contact_id=self._contact_id, fields=fields)
                with self._stage.database.write() as conn:
                    return occur(conn, event, self._stage.campaigns, rules=self._stage.rules, now=self._now())
            case SetFields() | PutTags() | CloseTask() | Resume() | Halt() | OwnerWrites():
                self._by_us(act)
            case _:
                self._by_them(act)
        return []

    def _by_them(self, act: TheirAct) -> None:
        match act:
            case Reply() | BeAway() | Bounce() | Complain():
                self._mail(act)
            case Happen():
                self.do(act)
            case Buy() as buy:
                self._buy(buy)
            case Open(step=step):
                self._hit("open", self._stage.newest_message(self._contact_id, step).id, None)
            case Click(link=link):
                self._click(link)
            case Unsubscribe(is_for_campaign=is_for_campaign):
                self._unsubscribe(is_for_campaign=is_for_campaign)

    def _by_us(self, act: OurAct) -> None:
        with self._stage.database.write() as conn:
            match act:
                case SetFields(values=values):
                    is_another = contacts.set_values(conn, self._contact_id, values, self._now())
                    self._changed(conn, is_another, ", ".join(values))
                case PutTags(tags=tags, is_removed=is_removed):
                    change = contacts.remove_tags if is_removed else contacts.add_tags
                    self._changed(conn, change(conn, self._contact_id, tags, self._now()), "tags")
                case CloseTask(words=words):
                    self._close_task(conn, words)
                case Resume():
                    by_hand.resume(conn, self._run(conn), because=_BY_HAND, now=self._now())
                case Halt(for_=for_):
                    calendar = self._stage.rules.calendar_of(self._contact(conn), self._now())
                    until = add(self._now(), for_, calendar) if for_ else None
                    by_hand.pause(conn, self._run(conn), until=until, because=_BY_HAND, now=self._now())
                case OwnerWrites(subject=subject):
                    self._owner_writes(conn, subject)

    def _mail(self, act: Reply | BeAway | Bounce | Complain) -> None:
        step = act.to if isinstance(act, Reply | Bounce) else None
        message = self._stage.newest_message(self._contact_id, step)
        letter = self._stage.letters()[message.message_id]
        with self._stage.database.read() as conn:
            contact = self._contact(conn)
        writer = Writer(
            name=" ".join(filter(None, (contact.first_name, contact.last_name))),
            address=(act.from_ if isinstance(act, Reply) else None) or contact.email,
            language=contact.language or "en",
            message_id=f"<{self._stage.chance.token()}@{contact.address.rpartition('@')[2]}>",
            at=self._now(),
        )
        self._stage.deliver(message.sender, _written(act, writer, letter))

    def _buy(self, buy: Buy) -> None:
        self._orders += 1
        with self._stage.database.write() as conn:
            order = place_order(
                conn,
                contact_id=self._contact_id,
                number=buy.number or f"S-{self._orders:03d}",
                items=buy.items,
                total=buy.total,
                currency=buy.currency,
                campaigns=self._stage.campaigns,
                rules=self._stage.rules,
                now=self._now(),
            )
        if order is None:
            raise InvalidInput(f"order {buy.number} is recorded already")

    def _click(self, link: str) -> None:
        for message in self._stage.messages_to(self._contact_id):
            for index, each in enumerate(message.links):
                if each.name == link:
                    self._hit("click", message.id, index)
                    return
        raise InvalidInput(f"no mail with the link {link} was sent before")

    def _hit(self, kind: HitKind, message_id: int, link_index: int | None) -> None:
        with self._stage.database.write() as conn:
            hits.add(
                conn,
                message_id=message_id,
                kind=kind,
                link_index=link_index,
                at=self._now(),
                method="GET",
                agent="Mozilla/5.0",
            )
        self._stage.judge_later()

    def _unsubscribe(self, *, is_for_campaign: bool) -> None:
        message = self._stage.newest_message(self._contact_id)
        scope = f"campaign:{message.campaign}" if is_for_campaign else "marketing"
        with self._stage.database.write() as conn:
            unsubscribe(
                conn, message, scope=scope, asked_by="page" if is_for_campaign else "one-click", now=self._now()
            )

    def _changed(self, conn: Connection, is_another: bool, what: str) -> None:
        if is_another:
            event = Event(
                name="contact_changed",
                at=self._now(),
                contact_id=self._contact_id,
                because=_BY_HAND,
                fields={"changed": what},
            )
            occur(conn, event, self._stage.campaigns, rules=self._stage.rules, now=self._now())

    def _close_task(self, conn: Connection, words: str | None) -> None:
        there = [task for task in tasks.open_tasks(conn) if task.contact_id == self._contact_id]
        fitting = [task for task in there if words is None or words == task.kind or words.lower() in task.title.lower()]
        if not fitting:
            titles = "; ".join(task.title for task in there) or "none"
            raise InvalidInput(f"no open task is {words or 'there'}", hint=f"open are: {titles}")
        newest = max(fitting, key=lambda task: task.id)
        close_task(
            conn, newest.id, note="done", campaigns=self._stage.campaigns, rules=self._stage.rules, now=self._now()
        )

    def _owner_writes(self, conn: Connection, subject: str) -> None:
        contact, sender = self._contact(conn), self._stage.campaigns[self._main].senders[0]
        address = self._stage.rules.senders[sender].email
        message_id = f"<{self._stage.chance.token()}@{address.rpartition('@')[2]}>"
        raw = scenario_mail.own_mail(address, contact.email, subject, message_id=message_id, at=self._now())
        now = self._now()
        owner_wrote(conn, self._stage.desk, read_sent(raw), mailbox=f"{sender}:sent", written_at=now, now=now)

    def _run(self, conn: Connection) -> Enrollment:
        run = enrollments.latest_run(conn, self._contact_id, self._main)
        if run is None or run.finished_at is not None:
            raise InvalidInput(f"they are not in {self._main} at that moment")
        return run

    def _contact(self, conn: Connection) -> Contact:
        return contacts.get(conn, self._contact_id)

    def _now(self) -> datetime:
        return self._stage.clock.now()


def _written(act: Reply | BeAway | Bounce | Complain, writer: Writer, letter: scenario_mail.SentLetter) -> bytes:
    match act:
        case Reply(text=text):
            return scenario_mail.reply(writer, letter, text)
        case BeAway(back_on=back_on, text=text):
            return scenario_mail.away_reply(writer, letter, back_on, text)
        case Bounce(is_hard=is_hard):
            return scenario_mail.bounce_report(writer, letter, is_hard=is_hard)
        case Complain():
            return scenario_mail.complaint_report(writer, letter)
