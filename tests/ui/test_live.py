"""Logs, curves, local rules and the autopsy around the focused job, over the real wire."""

from datetime import timedelta

from tests.ui.support import ended_job, raw_job, stock, watching
from tui.simulator import Datapoint, LogEvent, Simulator

JOB = "bert-1"


def put_log(sim: Simulator, *texts: str, host: int = 1, job: str = JOB) -> None:
    now = int(sim.account.clock.now().timestamp() * 1000)
    stream = f"{job}/algo-{host}-1700000000"
    events = [LogEvent(now - 60_000 + index, text) for index, text in enumerate(texts)]
    sim.account.logs.put(stream, events)


def metric_job(**members: object) -> dict[str, object]:
    definitions = [{"Name": "train:loss", "Regex": "loss=([0-9.naif]+)"}]
    return raw_job(
        JOB, AlgorithmSpecification={"TrainingInputMode": "File", "MetricDefinitions": definitions}, **members
    )


async def test_the_log_of_all_hosts_is_merged_and_followed(sim: Simulator) -> None:
    stock(sim, raw_job(JOB))
    put_log(sim, "first of one", "second of one")
    put_log(sim, "from two", host=2)
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("first of one", "from two", "follow · 2 hosts")
        put_log(sim, "a new line")
        watch.screen.action_refresh()
        await watch.shows("a new line")


async def test_the_jobs_own_regexes_make_curves_of_the_log(sim: Simulator) -> None:
    stock(sim, metric_job())
    put_log(sim, *(f"step {step} loss={2 - step / 100}" for step in range(20)))
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("train:loss", "1.81", "log")


async def test_cloudwatch_is_asked_once_for_everything_on_the_screen(sim: Simulator) -> None:
    stock(sim, metric_job(), raw_job("t5-1"))
    now = sim.account.clock.now()
    points = [Datapoint((now - timedelta(minutes=m)).timestamp(), 50.0) for m in range(2, 30)]
    sim.account.metrics.put("GPUUtilization", points, host=f"{JOB}/algo-1")
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("GPUUtilization")
        assert sim.calls.count("GetMetricData") == 1


async def test_a_denied_log_says_what_is_missing_and_the_rest_goes_on(sim: Simulator) -> None:
    from tui.simulator import Fault

    stock(sim, raw_job(JOB))
    sim.faults.add(Fault("denied", operation="FilterLogEvents"))
    sim.faults.add(Fault("denied", operation="GetMetricData"))
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("ask for logs:FilterLogEvents", "Training in progress")


async def test_a_nan_in_the_log_is_an_issue_with_its_evidence(sim: Simulator) -> None:
    stock(sim, metric_job())
    put_log(sim, *(f"step {step} loss=1.5" for step in range(30)), "step 31 loss=nan", "step 32 loss=nan")
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("LossNaN", "IssuesFound")
        assert watch.screen.jobs.view.health[JOB].tone.value == "bad"


async def test_a_failed_job_says_why_when_it_is_opened(sim: Simulator) -> None:
    reason = 'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "CUDA out of memory"'
    stock(sim, ended_job(JOB, status="Failed", FailureReason=reason))
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("Failed")
        await watch.press("enter")
        await watch.shows("out of memory", "next ", "seen ")


async def test_pause_stops_the_logs_too(sim: Simulator) -> None:
    stock(sim, raw_job(JOB))
    put_log(sim, "a line")
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("a line")
        await watch.press("p")
        await watch.until(lambda: watch.screen.paused)
        before = sim.calls.count("FilterLogEvents")
        watch.screen.publish()
        await watch.pilot.pause()
        assert sim.calls.count("FilterLogEvents") <= before + 1


async def test_enter_on_a_rule_opens_its_log_and_esc_goes_back(sim: Simulator) -> None:
    rule = {
        "RuleConfigurationName": "Overfit",
        "RuleEvaluationStatus": "InProgress",
        "RuleEvaluationJobArn": "arn:aws:sagemaker:us-east-1:111122223333:processing-job/bert-1-overfit-1",
    }
    stock(sim, raw_job(JOB, DebugRuleEvaluationStatuses=[rule]))
    put_log(sim, "of the job")
    now = int(sim.account.clock.now().timestamp() * 1000)
    events = [LogEvent(now - 1_000, "of the rule")]
    sim.account.logs.put("bert-1-overfit-1/algo-1-1700000000", events, group="/aws/sagemaker/ProcessingJobs")
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("of the job", "Overfit")
        await watch.tap("4", "g", "enter")
        await watch.shows("of the rule", "bert-1-overfit-1")
        await watch.press("escape")
        await watch.shows("of the job")


async def test_enter_on_a_local_finding_goes_to_its_evidence(sim: Simulator) -> None:
    stock(sim, metric_job())
    put_log(sim, *(f"step {step} loss=1.5" for step in range(30)), "step 31 loss=nan", "step 32 loss=nan")
    async with watching(sim, (160, 45)) as watch:
        await watch.shows("LossNaN", "IssuesFound")
        await watch.tap("4", "g", "enter")
        await watch.until(lambda: watch.screen.current in ("metrics", "logs"))
