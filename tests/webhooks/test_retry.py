"""Failed calls are repeated ever more rarely, for about a day."""

from datetime import timedelta
from itertools import count, takewhile

from nurture.webhooks.retry import next_try


def test_the_pauses_grow_and_end_after_about_a_day() -> None:
    pauses = [pause for pause in takewhile(lambda pause: pause is not None, map(next_try, count(1))) if pause]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert timedelta(hours=23) < sum(pauses, timedelta()) < timedelta(hours=25)
    assert all(next_try(attempts) is None for attempts in range(len(pauses) + 1, 100))
