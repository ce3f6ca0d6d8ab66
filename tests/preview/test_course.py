"""The way through a campaign in words: what each step does, and when its time comes."""

from nurture.domain.vocabulary import Vocabulary
from nurture.loader.campaign_file import load_campaign
from nurture.preview.course import Place, course_of

CAMPAIGN = """
sender: mali
window: {days: mon-fri, hours: "09:00-17:30", holidays: true}
stages:
  first:
    steps:
      - email: hello
      - email: guide
        after: 3d
        unless: replied
      - wait: replied
        for: 5d
      - email: more
        days: tue,thu
        at: "09:30"
      - after: 2d
        choose:
          - if: contact.phone
            steps:
              - email: ring
          - else:
            steps:
              - email: write
                after: 4h
      - email: afterwards
        date: 3d before contact.created_at
  last:
    steps:
      - tag: customer
      - email: thanks
        after: 10m
        window: any
"""


def course() -> dict[str, Place]:
    loaded = load_campaign(CAMPAIGN.encode(), name="c", file="c.yaml", vocabulary=Vocabulary(senders=("mali",)))
    assert loaded.draft is not None, loaded.problems
    return {place.step.id: place for place in course_of(loaded.draft)}


def test_every_step_says_what_it_comes_after_and_when() -> None:
    assert {name: place.when for name, place in course().items()} == {
        "hello": "right after entering first",
        "guide": "3 days after hello",
        "wait": "right after guide",
        "more": "right after the wait, on Tue, Thu, at 09:30",
        "choose": "2 days after more",
        "ring": "2 days after more",
        "write": "4 hours after the choice",
        "afterwards": "3 days before contact.created_at",
        "tag": "right after entering last",
        "thanks": "10 minutes after entering last",
    }


def test_window_conditions_and_the_way_of_a_choice_are_told() -> None:
    places = course()
    assert places["guide"].window == "Mon-Fri, 09:00-17:30, not on holidays"
    assert places["thanks"].window == ""
    assert places["guide"].only == "unless replied"
    assert [(places[name].branch, places[name].depth) for name in ("more", "ring", "write")] == [
        ("", 0),
        ("if contact.phone", 1),
        ("else", 1),
    ]
    assert places["wait"].what == "wait until replied, at most 5 days"
