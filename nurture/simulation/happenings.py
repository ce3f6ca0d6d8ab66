"""What happens to people in a simulation: they come, act and are acted for, with the same effects as in the engine.

The twins are `engine/occur.py`, `enroll.py`, `effects.py`, `judge.py`, `sell.py`, `suppress.py` and `breaker.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nurture.domain import transition
from nurture.domain.admission import opening_of, refusal_of, sender_of
from nurture.domain.away import back_at
from nurture.domain.decision import Finish
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.event_sets import values_set
from nurture.domain.facts import Deed, Pause, Reply
from nurture.domain.judgement import judge
from nurture.domain.order import Order, OrderItem
from nurture.domain.soft_bounce import MOST, WITHIN, is_given_up
from nurture.domain.suppression import ends_run
from nurture.domain.value import Value
from nurture.engine.rules import Rules
from nurture.simulation.course import Course
from nurture.simulation.person import HeldBy, Mail, Person, Record
from nurture.simulation.rooms import CameBack

_REPORT_OF_UNKNOWN = "bounce: user unknown"
_REPORT_OF_FULL = "mailbox full"


@dataclass(slots=True, kw_only=True)
class Happenings:
    """Everything that may happen besides what the campaign does itself. `enrolled` counts runs that began here."""

    course: Course
    rules: Rules
    enrolled: int = 0

    def occur(
        self,
        person: Person,
        name: str,
        fields: Mapping[str, Value],
        at: datetime,
        now: datetime,
        *,
        is_news: bool = True,
    ) -> None:
        """An event of the contact: logged, applied to their fields, told to their run, and what it opens is opened."""
        self.course.note_event(person, name, at, fields)
        if name == "contact_created" and self.rules.owners and not person.contact.owner:
            owner = self.rules.owners[person.contact.id % len(self.rules.owners)]
            person.contact = replace(person.contact, owner=owner)
        spec = self.rules.vocabulary.events.get(name)
        if spec and spec.sets:
            self.course.set_values(person, values_set(fields, spec.sets, self.rules.vocabulary, person.zone))
        self.course.wake(person, now, is_news=is_news)
        if name in self.course.campaign.enroll.events:
            self.ask_in(person, now, trigger=fields)

    def ask_in(
        self, person: Person, now: datetime, *, trigger: Mapping[str, Value] | None = None, is_by_hand: bool = False
    ) -> None:
        """Begin a run where the campaign takes the contact."""
        campaign = self.course.campaign
        facts = person.facts_of_life(now, self.rules.score_rules)
        calendar = self.rules.calendar_of(person.contact, now)
        refusal = refusal_of(campaign, facts, person.run, calendar, now, is_by_hand=is_by_hand)
        if refusal:
            self.course.tally.refused[refusal] += 1
            return
        opening = opening_of(campaign)
        person.since = _since(person.life, now)
        person.trigger = trigger or {}
        person.run = Enrollment(
            id=self.course.next_id("run"),
            contact_id=person.contact.id,
            campaign=campaign.name,
            digest=campaign.digest,
            stage=opening.stage,
            step=opening.step,
            state=EnrollmentState.ACTIVE,
            entered_at=now,
            stage_entered_at=now,
            anchor_at=now,
            sender=sender_of(campaign, person.contact.address),
            due_at=now,
            will_send=opening.will_send,
            priority=opening.priority,
        )
        self.enrolled += 1
        self.course.note_event(person, "stage_entered", now, {"stage": opening.stage})
        self.course.tally.note_begin(person, now, opening.stage)
        person.is_woken = False
        self.course.queue.put(person)

    def judge(self, person: Person, mail: Mail, now: datetime) -> None:
        """Say of every hit that nobody has judged whether a person was behind it; only a person's counts."""
        known = sorted((*mail.judged, *mail.hits), key=lambda hit: (hit.at, hit.id))
        found = judge(known, sent_at=mail.sent_at, link_count=len(mail.links))
        fresh, mail.hits = sorted(mail.hits, key=lambda hit: (hit.at, hit.id)), []
        mail.judged = known
        for hit in fresh:
            if not found[hit.id].is_human:
                self.course.tally.deeds["machine"] += 1
                continue
            link = mail.links[hit.link_index] if hit.link_index is not None else None
            deed = Deed(step=mail.step, at=hit.at, link=link)
            for record in self._records_of(person, mail):
                if hit.kind == "open":
                    record.opened = (*record.opened, deed)
                else:
                    record.clicked = (*record.clicked, deed)
            person.signs_of_life.append(hit.at)
            self.course.tally.deeds["opened" if hit.kind == "open" else "clicked"] += 1
            name = "message_opened" if hit.kind == "open" else "link_clicked"
            fields: dict[str, Value] = {"step": mail.step, "link": link} if link else {"step": mail.step}
            needed = self.course.needed
            is_news = name in needed or ("opened" if hit.kind == "open" else "clicked") in needed
            self.occur(person, name, fields, hit.at, now, is_news=is_news)

    def reply(self, person: Person, mail: Mail, intent: Any, now: datetime) -> None:
        """A person answered."""
        person.lift(now, kind="out_of_office")
        self.course.tally.deeds[f"replied: {intent}"] += 1
        person.signs_of_life.append(now)
        is_heard = person.is_running
        reply = Reply(id=self.course.next_id("reply"), at=now, intent=intent, is_new=is_heard)
        for record in self._records_of(person, mail):
            record.replies = (*record.replies, reply)
        self.occur(person, "reply_received", {"intent": intent}, now, now)
        if not is_heard and person.run:
            self.course.add_task(person, now)
            self.course.notify(person, "owner", person.run.sender)

    def away(self, person: Person, mail: Mail, back_on: Any, now: datetime) -> None:
        """A vacation responder answered."""
        until = back_at(back_on, now, self.rules.calendar_of(person.contact, now))
        because = f"out of office, back on {back_on.isoformat()}"
        pause = Pause(
            id=self.course.next_id("pause"), kind="out_of_office", from_at=now, until_at=until, because=because
        )
        person.pauses.append(HeldBy(pause=pause))
        self.course.tally.deeds["out of office"] += 1
        self.course.wake(person, now)
        self._note_return(mail, "auto_reply_received", now)

    def bounce(self, person: Person, mail: Mail, now: datetime, *, is_hard: bool) -> None:
        """A delivery report came."""
        self.course.tally.deeds["bounced hard" if is_hard else "bounced softly"] += 1
        self.course.note_event(person, "bounced", now, {"reason": _REPORT_OF_UNKNOWN if is_hard else _REPORT_OF_FULL})
        mail.came_back = True
        if is_hard:
            self.suppress(person, "all", _REPORT_OF_UNKNOWN, "bounced", now)
        else:
            person.soft_bounces.append(now)
            if self._gives_up(person, now):
                why = f"bounced {MOST} times in {WITHIN.days} days without a success, now: {_REPORT_OF_FULL}"
                self.suppress(person, "all", why, "bounced", now)
        self._note_return(mail, "bounced", now)

    def complain(self, person: Person, mail: Mail, now: datetime) -> None:
        """A feedback report came."""
        self.course.tally.deeds["complained"] += 1
        self.suppress(person, "all", "complaint: abuse", "complained", now)
        self._note_return(mail, "complained", now)

    def unsubscribe(self, person: Person, now: datetime) -> None:
        """One click in the mail program."""
        if "marketing" in person.scopes:
            return
        self.course.tally.deeds["unsubscribed"] += 1
        self.suppress(person, "marketing", "asked by one-click", "unsubscribed", now)
        self.course.note_event(person, "unsubscribed", now, {"scope": "marketing"})

    def buy(self, person: Person, total: Any, currency: str, now: datetime) -> None:
        """An order, which shows that the person is there."""
        number = self.course.next_id("order")
        order = Order(
            id=number,
            contact_id=person.contact.id,
            number=f"S-{number:05d}",
            placed_at=now,
            total=total,
            currency=currency,
            items=(OrderItem(product="pro", quantity=1, price=total),),
        )
        self.course.tally.deeds["ordered"] += 1
        person.lift(now, kind="out_of_office")
        for record in person.records():
            record.orders = (*record.orders, order)
        fields: dict[str, Value] = {"number": order.number, "total": float(total), "currency": currency}
        self.occur(person, "order_placed", fields, now, now)

    def close_task(self, person: Person, task_id: int, now: datetime) -> None:
        """Our own people have done it."""
        lifted = person.lift(now, task=task_id)
        is_news = bool(lifted) or "task_done" in self.course.needed
        self.occur(person, "task_done", {"title": ""}, now, now, is_news=is_news)

    def suppress(self, person: Person, scope: str, reason: str, outcome: str, now: datetime) -> None:
        """Refuse to write to the address from now on, and end the run in that scope."""
        if scope not in person.scopes:
            person.scopes = tuple(sorted((*person.scopes, scope)))
        run = person.run
        if run and person.is_running and ends_run(scope, run.campaign):
            person.run = transition.finish(run, Finish(outcome=outcome, because=reason), now)
            self.course.tally.note_end(person, now, run.stage, person.run.outcome or outcome, reason)
            self.course.queue.put(person)

    def resume(self, sender: str) -> None:
        """Let a sender go on that a storm has stopped."""
        self.course.rooms[sender].held_by = ""

    def _records_of(self, person: Person, mail: Mail) -> tuple[Record, ...]:
        """A deed belongs to the run of its mail: to the present one unless that began later."""
        run = person.run
        is_present = run is not None and mail.sent_at >= run.entered_at
        return tuple(person.records()) if is_present else (person.life,)

    def _gives_up(self, person: Person, now: datetime) -> bool:
        since: datetime = now - WITHIN
        bounced = [at for at in person.soft_bounces if at >= since]
        return len(bounced) >= MOST and is_given_up(
            bounced,
            signs_of_life_at=[at for at in person.signs_of_life if at >= since],
            sent_at=[mail.sent_at for mail in person.mails if mail.sent_at >= since and not mail.came_back],
            now=now,
        )

    def _note_return(self, mail: Mail, kind: str, now: datetime) -> None:
        room = self.course.rooms[mail.sender]
        room.returned.append(CameBack(kind, now, mail.sent_at))
        room.is_to_be_looked_at = True

    def look_for_storms(self, now: datetime) -> None:
        """Stop every sender to whose mails so much came back that it must."""
        for room in self.course.rooms.values():
            if not room.is_to_be_looked_at:
                continue
            room.is_to_be_looked_at = False
            reason = None if room.held_by else room.storm(now)
            if reason:
                room.held_by = f"storm: {reason}"
                room.counted_from = now
                room.notices.extend(self.rules.team)
                self.course.tally.deeds["storm"] += 1


def _since(life: Record, now: datetime) -> Record:
    """What of a life belongs to a run that begins now: nearly always all, and then it is the same record."""
    events = {name: tuple(fact for fact in facts if fact.at >= now) for name, facts in life.events.items()}
    is_new = not (life.sent or life.opened or life.clicked or life.replies or life.orders)
    if is_new and all(len(events[name]) == len(facts) for name, facts in life.events.items()):
        return life
    return Record(
        orders=tuple(order for order in life.orders if order.placed_at >= now),
        events={name: facts for name, facts in events.items() if facts},
    )
