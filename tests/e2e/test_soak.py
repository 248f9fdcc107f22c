"""A few simulated hours of jobs, keys and failing calls: what the process holds does not grow with them."""

from statistics import median

from benchmarks.endpoint import service
from benchmarks.soak import COUNTS, day

HOURS, SECONDS = 10, 1.5
WARM_UP = 4


async def test_hours_of_use_leave_no_descriptor_task_thread_or_widget_behind() -> None:
    with service("day", round(3600 / SECONDS)) as account:
        samples = await day(account, HOURS, SECONDS)
        asked = account.ask("calls")
    assert asked["calls"]["DescribeTrainingJob"] > HOURS
    assert asked["refused"] >= HOURS / 2, "calls failed meanwhile"
    warm = samples[WARM_UP:]
    for name in COUNTS:
        values = [getattr(sample, name) for sample in warm]
        half = len(values) // 2
        # What each hour left behind would be three more by then.
        assert median(values[half:]) - median(values[:half]) < 3, f"{name}: {values}"
