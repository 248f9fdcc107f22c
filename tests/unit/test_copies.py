"""What sagetops cost an account together: in virtual time, with the real pollers, paces and budgets."""

from benchmarks.copies import watch_together


def test_one_keeps_a_thousand_running_jobs_fresh_with_half_a_call_a_second() -> None:
    seen = watch_together(1, 3600)
    assert seen.calls_per_second <= 0.5
    assert seen.stalest_seconds <= 15
    assert seen.throttled == 0


def test_without_search_it_costs_no_more() -> None:
    seen = watch_together(1, 3600, search_allowed=False)
    assert seen.calls_per_second <= 0.5
    assert seen.stalest_seconds <= 15
    assert seen.by_operation["ListTrainingJobs"] <= 0.2


def test_ten_share_an_account_with_hardly_a_call_refused() -> None:
    seen = watch_together(10, 1200)
    assert seen.calls_per_second <= 5
    assert seen.refused_share < 0.02


def test_too_many_slow_down_instead_of_hammering() -> None:
    seen = watch_together(40, 600)
    assert seen.calls_per_second < 0.5 * 40 / 2
    assert seen.refused_share < 0.5
