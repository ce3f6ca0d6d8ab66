"""A scenario from one person of a simulation: what they did is its timeline, what then happens its `expect`."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nurture.domain.campaign import Campaign
from nurture.domain.contact import WRITABLE_STANDARD_FIELDS, Contact
from nurture.domain.order import OrderItem
from nurture.domain.scenario import (
    Act,
    BeAway,
    Bounce,
    Buy,
    Click,
    CloseTask,
    Complain,
    Entry,
    Happen,
    Moment,
    Open,
    Reply,
    Scenario,
    Unsubscribe,
)
from nurture.domain.value import Value
from nurture.engine.rules import Rules
from nurture.errors import InvalidInput
from nurture.loader.scenario_writing import plain_values
from nurture.simulation.answers import said
from nurture.simulation.deeds import (
    Bought,
    Bounced,
    Clicked,
    Complained,
    Occurred,
    Opened,
    Replied,
    Unsubscribed,
    WentAway,
)
from nurture.simulation.diary import Diary, Page
from nurture.simulation.played import Played
from nurture.simulation.scenario_compare import compare
from nurture.simulation.scenario_facts import Fact
from nurture.simulation.scenario_play import play
from nurture.simulation.scenario_record import recorded
from nurture.simulation.scenario_stage import House

LOOKED_AT = 6
"""How many of the richest stories are tried before one is taken whose play differs from the simulation."""

_DAY = timedelta(days=1)
_NO_NEWS = "had it before"
_Told = tuple[str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`simulated` and `really` are the mails and stages, with their days, that the two plays do not have in common."""

    scenario: Scenario
    simulated: Sequence[_Told] = ()
    really: Sequence[_Told] = ()

    @property
    def is_alike(self) -> bool:
        return not self.simulated and not self.really


def richest(diaries: Mapping[int, Diary], played: Played) -> list[Diary]:
    """By how many different things are in their story, then by how many; of two alike, who came first."""
    told: dict[str, list[object]] = defaultdict(list)
    for send in played.sends:
        told[send.contact].append(send.step)
    for move in played.moves:
        told[move.contact].append(("stage", move.to))
    for end in played.ends:
        told[end.contact].append(("outcome", end.outcome))
    wealth = {}
    for number, diary in diaries.items():
        things = [*told[diary.contact.email], *(_sort_of(page) for page in diary.pages)]
        wealth[number] = (-len(set(things)), -len(things), diary.asked_in_at, number)
    return [diaries[number] for number in sorted(diaries, key=wealth.__getitem__)]


def record(house: House, campaign: Campaign, diaries: Sequence[Diary], played: Played) -> Recording:
    """The first whose story the real engine tells in the same way when they are alone; else the first that can be told.

    What is expected is always what the real engine does. Raises InvalidInput where none can be told.
    """
    first: Recording | None = None
    trouble: InvalidInput | None = None
    for diary in diaries[:LOOKED_AT]:
        try:
            found = _record(house, campaign, diary, played)
        except InvalidInput as problem:
            trouble = trouble or problem
            continue
        if found.is_alike:
            return found
        first = first or found
    if first is None:
        raise trouble or InvalidInput("nobody came, so there is nothing to record")
    return first


def _record(house: House, campaign: Campaign, diary: Diary, played: Played) -> Recording:
    email = diary.contact.email
    last = played.end.astimezone(diary.zone).date() - _DAY
    draft = Scenario(
        name=_title(diary, played),
        campaign=campaign.name,
        start=_minute(diary.asked_in_at).astimezone(diary.zone),
        email=email,
        values=plain_values(_values(diary.contact)),
        tags=diary.contact.tags,
        happens=None if _is_usual(diary.happens, campaign) else diary.happens,
        timeline=tuple(_entries(diary, house.rules, last)),
        until=Moment(day=last),
    )
    really = play(house, draft, {campaign.name: campaign})
    trouble = next((fact for fact in really.facts if fact.kind == "trouble"), None)
    if trouble:
        raise InvalidInput(f"what {email} did cannot be told as a scenario: {trouble.because}")
    expect = [each for each in recorded(really.facts, really.zone) if each.because != _NO_NEWS]
    if not expect:
        raise InvalidInput(f"nothing happens to {email} by {last}", hint="Play more days, or record somebody else.")
    has_days = any(each.day for each in expect)
    made = replace(draft, expect=tuple(expect), until=None if has_days else draft.until)
    if not compare(replace(really, scenario=made)).is_met:
        raise InvalidInput(f"what happens to {email} cannot be told as a scenario that holds")
    simulated, real = _told_by(played, email, last), _told_of(really.facts, diary)
    return Recording(
        scenario=made,
        simulated=tuple((simulated - real).elements()),
        really=tuple((real - simulated).elements()),
    )


def _entries(diary: Diary, rules: Rules, last: date) -> Iterator[Entry]:
    """What they did in the days that are played to the end, on their own wall."""
    for page in diary.pages:
        wall = page.at.astimezone(diary.zone)
        act = _act(page, diary.contact, rules)
        if act and wall.date() <= last:
            yield Entry(when=Moment(day=wall.date(), at=_minute(wall).time()), act=act)


def _act(page: Page, contact: Contact, rules: Rules) -> Act | None:
    """None for an open or a click that nobody would come to know of."""
    to = None if page.is_about_newest else page.step
    is_tracked = rules.tracking.covers(contact.country or rules.country)
    match page.deed:
        case None:
            return CloseTask()
        case Opened():
            return Open(step=page.step) if is_tracked and rules.tracking.opens else None
        case Clicked(link=link):
            return Click(link=link) if is_tracked and rules.tracking.clicks else None
        case Replied(intent=intent):
            return Reply(text=said(intent, contact.language), to=to)
        case WentAway(back_on=back_on):
            return BeAway(back_on=back_on)
        case Bounced(is_hard=is_hard):
            return Bounce(is_hard=is_hard, to=to)
        case Complained():
            return Complain()
        case Unsubscribed():
            return Unsubscribe()
        case Occurred(event=event, fields=fields):
            return Happen(event=event, fields=plain_values(fields))
        case Bought(total=total, currency=currency):
            item = OrderItem(product="pro", quantity=1, price=total)
            return Buy(total=total, currency=currency, items=(item,))
        case _:
            return None


def _told_by(played: Played, email: str, last: date) -> Counter[_Told]:
    """The person's mails and moves in the simulation."""
    mails = (("email", each.step, each.at.date()) for each in played.sends if each.contact == email)
    moves = (("stage", each.to, each.at.date()) for each in played.moves if each.contact == email)
    return Counter(each for each in (*mails, *moves) if each[2] <= last)


def _told_of(facts: Sequence[Fact], diary: Diary) -> Counter[_Told]:
    """The same of the real play; the stage in which it begins is no move."""
    kept = [fact for fact in facts if fact.kind in ("email", "stage")]
    first = next((fact for fact in kept if fact.kind == "stage"), None)
    return Counter((fact.kind, fact.name, fact.at.astimezone(diary.zone).date()) for fact in kept if fact is not first)


def _is_usual(happens: Happen | None, campaign: Campaign) -> bool:
    """Whether a scenario that names no event begins with this one all the same."""
    return happens is None or (happens.event == campaign.enroll.events[0] and not happens.fields)


def _title(diary: Diary, played: Played) -> str:
    email = diary.contact.email
    mails = sum(each.contact == email for each in played.sends)
    outcome = next((each.outcome for each in played.ends if each.contact == email), "no outcome yet")
    counted = f"{mails} mail" if mails == 1 else f"{mails} mails"
    return f"Recorded from a simulation with seed {played.seed} - {counted} and {outcome}"


def _values(contact: Contact) -> dict[str, Value]:
    standard: dict[str, Value] = {name: getattr(contact, name) for name in sorted(WRITABLE_STANDARD_FIELDS)}
    return {**standard, **contact.fields}


def _sort_of(page: Page) -> object:
    match page.deed:
        case Replied(intent=intent):
            return intent
        case Clicked(link=link):
            return ("click", link)
        case Occurred(event=event):
            return ("event", event)
        case deed:
            return type(deed).__name__


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
