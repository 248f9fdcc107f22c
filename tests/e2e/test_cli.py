"""The commands as a user runs them: exit codes, what goes where, and what is not imported."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config

from tests.e2e.terminal import CREDENTIALS, environment, run
from tests.ui.support import ended_job, raw_job
from tui.simulator import Fault, Simulator

IMPORTED = """
import sys
from tui import cli
sys.argv = ["sagetop", *{arguments}]
try:
    cli.main()
except SystemExit as ended:
    print(ended.code, *sorted({{"textual", "botocore", "boto3", "aiohttp"}} & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def account(serve: Callable[..., Simulator]) -> Simulator:
    """Three jobs."""
    return serve(
        raw_job("bert-large-0412", 30),
        ended_job("xgb-churn", 90, "Failed", FailureReason="AlgorithmError: no such file"),
        ended_job("Mixed-Case", 120),
    )


def ask(simulator: Simulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run sagetop against a simulator."""
    return run(*arguments, "--endpoint-url", simulator.url, **CREDENTIALS)


def test_ls_for_a_pipe(account: Simulator) -> None:
    done = ask(account, "ls")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["NAME", "STATUS", "PHASE", "ELAPSED_SECONDS", "INSTANCES", "SPOT", "CREATED"]
    assert [line[0] for line in lines[1:]] == ["bert-large-0412", "xgb-churn", "Mixed-Case"]
    assert lines[2][1:5] == ["Failed", "Failed", "2640", "2×g5.xlarge"]


def test_ls_as_json_and_filtered(account: Simulator) -> None:
    done = ask(account, "ls", "--json", "--filter", "!bert")
    document = json.loads(done.stdout)
    assert (document["version"], document["kind"]) == (1, "training-jobs")
    assert [job["name"] for job in document["jobs"]] == ["xgb-churn", "Mixed-Case"]
    assert document["jobs"][0]["failure_reason"] == "AlgorithmError: no such file"
    assert document["jobs"][0]["created_at"].endswith("Z")


def test_show(account: Simulator) -> None:
    done = ask(account, "show", "bert-large-0412")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("bert-large-0412\n")
    assert "hf_abc" not in done.stdout
    assert "hf_abcdefghijklmnop0123" in ask(account, "show", "bert-large-0412", "--reveal").stdout


def test_show_as_json(account: Simulator) -> None:
    document = json.loads(ask(account, "show", "--json", "xgb-churn").stdout)
    assert (document["version"], document["kind"]) == (1, "training-job")
    assert {"generated_at", "job", "description", "unknown_members", "masked"} <= document.keys()
    assert document["description"]["TrainingJobStatus"] == "Failed"


def test_an_arn_is_a_job_and_picks_the_region(account: Simulator) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/mixed-case"
    before = len(account.calls.entries)
    done = run("show", arn, "--endpoint-url", account.url, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Mixed-Case\n")
    assert len(account.calls.entries) > before


@pytest.mark.parametrize(
    ("name", "hint"), [("bert-lage-0412", "nearest: bert-large-0412"), ("nothing", "sagetop ls")]
)
def test_an_unknown_job(account: Simulator, name: str, hint: str) -> None:
    done = ask(account, "show", name)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert f"no training job {name} in us-east-1" in done.stderr
    assert hint in done.stderr


@pytest.mark.parametrize("name", ["no such name!", "x" * 80, "\x1b]0;t\x07", "[/foo]", "-"])
def test_a_malformed_name(account: Simulator, name: str) -> None:
    done = ask(account, "show", name)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("show",), ("ls", "--limit", "0"), ("ls", "--filter", "("), ("--nonsense",), ("demo", "--speed", "0")],
)
def test_usage(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_screen_needs_a_terminal() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "the screen needs a terminal" in done.stderr


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_what_is_missing_is_one_line(account: Simulator) -> None:
    keys = {name: CREDENTIALS[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    there = ("--endpoint-url", account.url)
    nowhere = ("--endpoint-url", f"http://127.0.0.1:{closed_port()}")
    cases = [
        (run("ls", *there, AWS_REGION="us-east-1"), "no credentials", "aws configure"),
        (run("ls", **keys), "no region", "--region us-east-1"),
        (run("ls", *nowhere, **CREDENTIALS), "cannot reach AWS", "check network"),
        (run("ls", *there, "--profile", "nobody", AWS_REGION="us-east-1"), "no credentials", "list-profiles"),
    ]
    for done, kind, hint in cases:
        assert (done.returncode, done.stdout) == (3, ""), kind
        assert done.stderr.startswith(f"sagetop: {kind}: ")
        assert done.stderr.count("\n") == 1
        assert hint in done.stderr


def test_without_search_it_says_so_on_stderr(serve: Callable[..., Simulator]) -> None:
    simulator = serve(raw_job())
    simulator.faults.add(Fault("denied", "Search"))
    done = ask(simulator, "ls")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("bert\t")
    assert "no sagemaker:Search" in done.stderr


def imported(*arguments: str, **env: str) -> list[str]:
    """Return the exit code and which of the big packages a command imported."""
    code = IMPORTED.format(arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(**env), capture_output=True, text=True, check=False, timeout=30
    )
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize(
    ("command", "code"), [("show xgb-churn", "0"), ("ls", "0"), ("logs xgb-churn", "0"), ("wait xgb-churn", "1")]
)
def test_no_other_command_imports_textual(account: Simulator, command: str, code: str) -> None:
    found = imported(*command.split(), "--endpoint-url", account.url, **CREDENTIALS)
    assert found[0] == code
    assert "botocore" in found
    assert "textual" not in found


def test_help_imports_neither_textual_nor_the_sdk() -> None:
    assert imported("--help") == ["0"]
    assert imported("show", "--help") == ["0"]
    assert imported("logs", "--help") == ["0"]
    assert imported("wait", "--help") == ["0"]
    assert imported("--version") == ["0"]


def test_help_names_every_command() -> None:
    told = run("--help").stdout
    assert all(f"\n  {command} " in told for command in ("watch", "demo", "ls", "show", "logs", "wait", "simulate"))


def test_simulate_serves_any_client() -> None:
    command = [sys.executable, "-m", "tui", "simulate", "--speed", "100"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
            client = session.client("sagemaker", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))
            found = client.list_training_jobs(MaxResults=5)["TrainingJobSummaries"]
            assert len(found) == 5
            assert client.describe_training_job(TrainingJobName=found[0]["TrainingJobName"])["TrainingJobArn"]
            client.close()
        finally:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (0, "")
    assert "--endpoint-url" in err


def test_a_reader_that_has_enough(account: Simulator) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "tui", "ls", "--endpoint-url", account.url]
    with subprocess.Popen(command, env=environment(**CREDENTIALS), stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
