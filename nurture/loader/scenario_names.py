"""The names that a scenario takes from its campaigns: steps, stages and links that must be there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nurture.domain.campaign import Campaign, EmailAction
from nurture.loader.campaign_file import LinksOf
from nurture.loader.document import Place
from nurture.loader.nearest import did_you_mean
from nurture.loader.scenario_shape import ScenarioShape
from nurture.loader.validation import Checked
from nurture.loader.words import show

_OUTCOMES = ("won", "lost", "completed", "unsubscribed", "bounced", "complained", "removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Notes names that are none. A campaign of which nothing is known (None) is taken on trust.

    A step of a campaign `beside` is written with its campaign before it, as trial-follow-up/welcome.
    """

    checked: Checked[ScenarioShape]
    main: str
    campaigns: Mapping[str, Campaign | None] = field(default_factory=dict)
    links_of: LinksOf | None = None

    def check_expected(self, kind: str, value: object, place: Place) -> None:
        """What one line of `expect` names."""
        match kind, value:
            case "email", str():
                self.email(value, place)
            case (("never" | "skipped"), str()):
                self.step(value, place)
            case "stage", str():
                self.stage(value, place)
            case "outcome", str():
                self.outcome(value, place)
            case "notify", str() if value not in ("owner", "team") and "@" not in value:
                hint = did_you_mean(value, ("owner", "team")) or "write owner, team or an address"
                self.checked.add(place, "unknown_word", f"{show(value)} is nobody to notify", hint)
            case _:
                pass

    def step(self, name: str, place: Place) -> None:
        """A step of any kind."""
        self._step(name, place, is_email=False)

    def email(self, name: str, place: Place) -> None:
        """A step that sends an email."""
        self._step(name, place, is_email=True)

    def _step(self, name: str, place: Place, *, is_email: bool) -> None:
        campaign, step, prefix = self._split(name)
        if campaign is None:
            return
        known = {found.id: isinstance(found.action, EmailAction) for _, found in campaign.all_steps()}
        fitting = [each for each in known if known[each] or not is_email]
        if step in fitting:
            return
        if step in known:
            hint = f"expect its task, or say `skipped: {step}`" if place[:1] == ("expect",) else _named(fitting, prefix)
            self.checked.add(place, "unknown_step", f"the step {show(name)} sends no email", hint)
            return
        template = next(
            (
                found.id
                for _, found in campaign.all_steps()
                if isinstance(found.action, EmailAction) and found.action.template == name
            ),
            None,
        )
        hint = f"its step is called {template}" if template else did_you_mean(step, fitting, most=20)
        self.checked.add(place, "unknown_step", f"{campaign.name} has no step {show(name)}", hint)

    def stage(self, name: str, place: Place) -> None:
        campaign, stage, _ = self._split(name)
        if campaign and campaign.stage(stage) is None:
            hint = did_you_mean(stage, [each.name for each in campaign.stages])
            self.checked.add(place, "unknown_stage", f"{campaign.name} has no stage {show(name)}", hint)

    def outcome(self, name: str, place: Place) -> None:
        """One that the campaign can end with; a word of the marketer's own must stand in the campaign."""
        campaign, outcome, _ = self._split(name)
        if campaign is None:
            return
        own = [stage.outcome for stage in campaign.stages if stage.outcome]
        own += [stage.then for stage in campaign.stages if stage.then not in ("wait", "advance")]
        own += [rule.outcome for rule in campaign.exits]
        own += [rule.exit for stage in campaign.stages for rule in stage.replies.values() if rule.exit]
        if outcome not in (*_OUTCOMES, *own):
            hint = did_you_mean(outcome, (*_OUTCOMES, *own), most=12)
            self.checked.add(place, "unknown_word", f"{campaign.name} never ends with {show(name)}", hint)

    def link(self, name: str, place: Place) -> None:
        """A link that a template of the campaigns names; nothing is said where the links are not known."""
        known = self._links()
        if known is not None and name not in known:
            hint = did_you_mean(name, known) or "give the link its name in a template: [text](url){name}"
            self.checked.add(place, "unknown_link", f"no mail has a link {show(name)}", hint)

    def _links(self) -> list[str] | None:
        if self.links_of is None or None in self.campaigns.values() or not self.campaigns:
            return None
        steps = (step for campaign in self.campaigns.values() if campaign for _, step in campaign.all_steps())
        templates = {step.action.template for step in steps if isinstance(step.action, EmailAction)}
        return sorted({link for template in templates for link in self.links_of(template)})

    def _split(self, name: str) -> tuple[Campaign | None, str, str]:
        before, slash, rest = name.partition("/")
        if slash and before in self.campaigns and before != self.main:
            return self.campaigns[before], rest, f"{before}/"
        return self.campaigns.get(self.main), name, ""


def _named(names: Iterable[str], prefix: str) -> str:
    known = [f"{prefix}{name}" for name in names]
    return f"one of: {', '.join(known)}" if known else "it has none that does"
