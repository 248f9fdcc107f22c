"""Tracebacks of many kinds and hosts; known errors and what only looks like them; time."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus import CORPUS
from tui.domain.autopsy import PlainLine, Traceback, first_tracebacks, fold
from tui.domain.autopsy.lines import pieces, unprefixed
from tui.domain.autopsy.reasons import judge
from tui.domain.autopsy.signatures import signature_of
from tui.domain.autopsy.tracebacks import is_exception

LOGS = sorted((CORPUS / "logs").glob("*.txt"))
HEAD = "Traceback (most recent call last):"
FRAME = '  File "/opt/ml/code/train.py", line 31, in main'


def lines(*texts: str, host: str = "algo-1") -> list[PlainLine]:
    return [PlainLine(1_000 * index, host, text) for index, text in enumerate(texts)]


def only(*texts: str, told: str = "") -> Traceback:
    (found,) = first_tracebacks(lines(*texts), told)
    return found


def test_plain_python_in_one_event_or_in_many() -> None:
    texts = (
        "epoch 1",
        HEAD,
        FRAME,
        "    run()",
        '  File "/x/site-packages/a.py", line 2, in f',
        "    g()",
        "KeyError: 'x'",
    )
    for given_texts in (texts, ("\n".join(texts),)):
        found = only(*given_texts)
        assert (found.kind, found.message, found.where) == ("python", "KeyError: 'x'", "train.py:31 in main")
    assert only(*texts).position == 1


@pytest.mark.parametrize(
    "prefix", ["[1,14]<stderr>:", "[rank3]: ", "[default3]:", "(RayTrainWorker pid=12, ip=10.0.0.1) "]
)
def test_ranks_that_write_at_once_are_kept_apart(prefix: str) -> None:
    other = "[1,15]<stderr>:"
    found = only(
        prefix + HEAD, other + HEAD, prefix + FRAME, other + FRAME, prefix + "ValueError: a", other + "KeyError: b"
    )
    assert found.message == "ValueError: a"
    assert found.rank


def test_frames_without_indentation() -> None:
    found = only(
        HEAD, 'File "t.py", line 3, in f', "return g()", "sys.exit(main())", "WARNING: soon", "RuntimeError: x"
    )
    assert (found.message, found.where) == ("RuntimeError: x", "t.py:3 in f")


def test_a_box() -> None:
    found = only(
        "╭───── Traceback (most recent call last) ─────╮", "│ /a/train.py:3 in f │", "╰────╯", "RuntimeError: devices"
    )
    assert found.message == "RuntimeError: devices"


def test_one_exception_leads_to_another() -> None:
    chain = "During handling of the above exception, another exception occurred:"
    found = first_tracebacks(lines(HEAD, FRAME, "KeyError: 'a'", "", chain, "", HEAD, FRAME, "ValueError: b"))
    assert found[0].message == "KeyError: 'a'"
    (told,) = first_tracebacks(
        lines(HEAD, FRAME, "KeyError: 'a'", chain, HEAD, FRAME, "ValueError: b"), "x ValueError: b"
    )
    assert (told.message, told.cause) == ("ValueError: b", "KeyError: 'a'")


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        (
            ("terminate called after throwing an instance of 'std::runtime_error'", "  what():  boom", "Aborted"),
            "native",
            "what():  boom",
        ),
        (("./run.sh: line 3: 12 Segmentation fault (core dumped)",), "native", "Segmentation fault"),
        (("Fatal Python error: Segmentation fault",), "native", "Fatal Python error"),
        (
            ('Exception in thread "main" java.lang.NullPointerException: x', "\tat a.B.c(B.java:1)", "end"),
            "java",
            "NullPointer",
        ),
        (("[12:00:01] /src/data/data.cc:77: Check failed: labels.size() == 3",), "xgboost", "Check failed"),
        (("2026-01-01 00:00:00.000: F tensorflow/core/x.cc:12] Check failed: no",), "tensorflow", "F tensorflow"),
    ],
)
def test_other_languages(texts: tuple[str, ...], kind: str, message: str) -> None:
    found = only("before", *texts)
    assert found.kind == kind
    assert message in found.message


def test_what_the_program_ignored_or_only_wraps_is_not_the_first() -> None:
    assert first_tracebacks(lines("Exception ignored in: <function f>", HEAD, FRAME, "AssertionError: can")) == ()
    own = (HEAD, FRAME, "ValueError: mine")
    wrapper = (HEAD, FRAME, "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ")
    assert only(*wrapper, *own).message == "ValueError: mine"
    assert only(*wrapper).message.endswith("ChildFailedError:")


def test_of_several_the_one_of_the_end_or_of_the_reason() -> None:
    early = [PlainLine(at, "algo-1", text) for at, text in enumerate((HEAD, FRAME, "OSError: retried"))]
    late = [PlainLine(7_200_000 + at, "algo-1", text) for at, text in enumerate((HEAD, FRAME, "ValueError: last"))]
    assert first_tracebacks([*early, *late])[0].message == "ValueError: last"
    assert first_tracebacks([*early, *late], "ErrorMessage OSError: retried")[0].message == "OSError: retried"


def test_hosts_in_the_order_of_time_and_folded() -> None:
    said = [
        PlainLine(at + 10 * offset, f"algo-{host}", text)
        for offset, host in enumerate((2, 1, 3))
        for at, text in enumerate((HEAD, FRAME, f"RuntimeError: rank {host}" if host < 3 else "KeyError: z"))
    ]
    found = first_tracebacks(said)
    assert [entry.host for entry in found] == ["algo-2", "algo-1", "algo-3"]
    assert [entry.hosts for entry in fold(found)] == [("algo-2", "algo-1"), ("algo-3",)]


@pytest.mark.parametrize(
    "text", ["", "loss: 3", "INFO: x", "WARNING: y", "    raise X(", "File: a", "Epoch: 3", "return f(x)"]
)
def test_no_exception(text: str) -> None:
    assert not is_exception(text)


@pytest.mark.parametrize(
    "text", ["KeyboardInterrupt", "a.b.NoValidConnectionsError: x", "socket.timeout: timed out", "_queue.Empty"]
)
def test_an_exception(text: str) -> None:
    assert is_exception(text)


def test_colours_and_prefixes_are_taken_off() -> None:
    assert list(pieces("\x1b[34m[1,3]<stderr>:a\x1b[0m\rb")) == [("1,3", "a"), ("", "b")]
    assert unprefixed("[1,mpirank:15,algo-2]<stdout>:x") == ("1,mpirank:15,algo-2", "x")
    assert unprefixed("[2026-01-01] x") == ("", "[2026-01-01] x")


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB",
        "Killed",
        "RuntimeError: DataLoader worker (pid 12) is killed by signal: Killed. ",
        "exitcode  : -9 (pid: 31)",
        "MemoryError",
        "numpy.core._exceptions._ArrayMemoryError: Unable to",
        "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling",
        "[Rank 3] Watchdog caught collective operation timeout: Work",
        "RuntimeError: Timed out initializing process group in store based barrier",
        "huggingface_hub.utils._errors.GatedRepoError: 403",
        "ValueError: with an explicit deny",
        "OSError: [Errno 28] No space left on device",
        "ModuleNotFoundError: No module named 'x'",
        "FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/input/data/train'",
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling",
        "PermissionError: [Errno 13] Permission denied: '/opt/ml/x'",
        "[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE)",
        "bash: line 1: 77 Segmentation fault (core dumped)",
    ],
)
def test_a_known_error(text: str) -> None:
    assert signature_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "If you hit CUDA out of memory, lower the batch size",
        "Killed 3 zombie workers",
        "DataLoader worker (pid 12) is killed by signal: Terminated.",
        "exitcode  : 1 (pid: 31)",
        "Requirement already satisfied: async-timeout<5.0",
        "WARN Failed to open libibverbs.so[.1]",
        "NCCL INFO Connected all rings",
        "falling back: ImportError: no apex",
        "The checkpoint config file /opt/ml/input/config/checkpointconfig.json does not exist.",
        "memory: 3 GB free, space left: 20 GB",
        "epoch 403, loss 401",
        "Signal handlers installed",
    ],
)
def test_only_like_a_known_error(text: str) -> None:
    assert signature_of(text) is None


@pytest.mark.skipif(not LOGS, reason="the corpus is not here")
def test_real_logs() -> None:
    first: dict[str, str] = {}
    known: set[tuple[str, str]] = set()
    for path in LOGS:
        said = [PlainLine(1_000 * at, "algo-1", text) for at, text in enumerate(_read(path))]
        first |= {path.name[:3]: entry.message for entry in first_tracebacks(said)}
        for line in said:
            for _, piece in pieces(line.text):
                entry = signature_of(piece)
                if entry:
                    known.add((path.name[:3], entry.title))
    assert known == {("015", "host out of memory")}
    assert {name: message[:28] for name, message in first.items()} == {
        "005": "AttributeError: 'str' object",
        "011": "RuntimeError: Expected all t",
        "033": "RuntimeError: Expected tenso",
    }


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["algo-1", "algo-2"]), st.text(max_size=60) | st.sampled_from([HEAD, FRAME, "╭" + HEAD])
        )
    )
)
def test_never_raises_and_one_per_host(said: list[tuple[str, str]]) -> None:
    found = first_tracebacks([PlainLine(at, host, text) for at, (host, text) in enumerate(said)])
    assert len({entry.host for entry in found}) == len(found) <= 2
    assert all(len(entry.lines) <= 40 for entry in found)


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "A.",
        "[",
        "(a pid=1",
        'File "',
        "Error: ",
        "NCCL WARN ",
        "/opt/ml/input ",
        "CUDA ",
        "image ",
        " ",
        "1,",
        "KMS ",
    ],
)
def test_linear_time(part: str) -> None:
    long = part * (60_000 // len(part))
    began = time.perf_counter()
    judge(long)
    first_tracebacks(lines(HEAD, long, long, long))
    for _, piece in pieces(long):
        signature_of(piece)
    assert time.perf_counter() - began < 1.0
