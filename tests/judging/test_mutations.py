from tests.judging.mutations import try_mails


def test_broken_mails_are_judged_without_a_fault() -> None:
    outcome = try_mails(2_000, seed=20_260_303, seconds=15)
    assert outcome.mails > 0
    assert outcome.faults == []
