"""The log file and the reports of crashes: private, bounded, and never in the way."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secrets import SHAPES, leaks
from tui.cli import crash, logfile

LOG = logging.getLogger("tui.test")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the files go; the loggers are as before in the end."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    logger = logging.getLogger("tui")
    before = logger.handlers[:], logger.level, logger.propagate
    logfile.attach()
    yield logfile.directory()
    logger.handlers[:], logger.level, logger.propagate = before


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def fail(kind: type[Exception], text: str) -> Exception:
    """Return an exception that was raised."""
    try:
        raise kind(text)
    except kind as error:
        return error


def test_nothing_is_made_before_there_is_something_to_say(state: Path) -> None:
    assert not state.exists()
    LOG.info("something")
    assert (state / logfile.NAME).read_text().endswith(f" {os.getpid()} something\n")


def test_it_is_private_capped_and_keeps_what_came_before(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "MOST_BYTES", 2_000)
    umask = os.umask(0)
    try:
        for number in range(200):
            LOG.info("line %03d", number)
    finally:
        os.umask(umask)
    files = sorted(path.name for path in state.iterdir())
    assert files == [logfile.NAME, f"{logfile.NAME}.1"]
    assert all(mode(state / name) == 0o600 and (state / name).stat().st_size <= 2_000 for name in files)
    assert [line[-3:] for line in logfile.last_lines(50)] == [f"{number:03d}" for number in range(150, 200)]


def test_a_file_that_others_could_read_becomes_private(state: Path) -> None:
    state.mkdir(parents=True)
    (state / logfile.NAME).touch(0o644)
    LOG.info("something")
    assert mode(state / logfile.NAME) == 0o600


@pytest.mark.parametrize("there", ["fifo", "link", "file for the directory"])
def test_what_cannot_be_written_stops_nothing(state: Path, there: str) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    if there == "file for the directory":
        state.touch()
    else:
        state.mkdir()
        path = state / logfile.NAME
        os.mkfifo(path) if there == "fifo" else path.symlink_to(state / "elsewhere")
    LOG.info("something")
    assert not (state / "elsewhere").exists()
    assert logfile.last_lines(5) == []


def test_only_our_loggers_write_one_masked_line_each(state: Path) -> None:
    logging.getLogger("botocore").warning("headers")
    logging.getLogger().warning("anything")
    LOG.debug("too much")
    LOG.info("two\nlines \x1b[31mred %s", SHAPES["github"])
    (line,) = (state / logfile.NAME).read_text().splitlines()
    assert line.endswith("two⏎lines red ********")


def test_a_bug_is_reported_once_and_five_reports_are_kept(state: Path) -> None:
    first = crash.report(fail(ValueError, "one"))
    assert first
    again = {crash.report(fail(ValueError, f"again {number}")) for number in range(3)}
    assert again == {first}
    kinds = [type(f"Bug{number}", (Exception,), {}) for number in range(8)]
    written = [crash.report(fail(kind, "x")) for kind in kinds]
    kept = sorted(str(path) for path in state.glob("crash-*.txt"))
    assert len(kept) == crash.KEPT
    assert written[-1] in kept
    assert all(mode(Path(path)) == 0o600 for path in kept)


def test_a_report_holds_no_value_that_is_known_to_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "plain words of ours")
    monkeypatch.setattr("sys.argv", ["sagetop", "--profile", "dev", "--filter", f"token={SHAPES['npm']}"])
    error = fail(LookupError, f"hunter2 plain words of ours {SHAPES['jwt']}")
    error.__cause__ = fail(OSError, "because of hunter2")
    text = Path(crash.report(error, ["hunter2"])).read_text()
    assert "LookupError: ******** ******** ********" in text
    assert "because of ********" in text
    assert "sagetop --profile dev --filter token=********" in text
    assert leaks(text) == []
    assert not any(secret in text for secret in ("hunter2", "plain words"))
