"""Progress bars of all makes."""

from collections.abc import Callable
from time import process_time

import pytest

from tui.domain.loglines import log_line
from tui.domain.logs import LogEvent
from tui.domain.progress import Progress, progress_of
from tui.domain.severity import severity_of


@pytest.mark.parametrize(
    ("text", "progress"),
    [
        ("37%|███ | 37/100 [00:10<00:17, 3.7it/s]", Progress("", 37, 100, 3.7, 17, True)),
        (
            "Epoch 0:  10%|█         | 23/230 [00:02<00:24,  8.5it/s, loss=0.207, v_num=0]",
            Progress("Epoch 0", 23, 230, 8.5, 24, True),
        ),
        (
            "Loading shards: 50%|#####     | 1/2 [00:15<00:15, 12.5s/it]",
            Progress("Loading shards", 1, 2, 0.08, 15, True),
        ),
        ("x: 11%|█| 1.5G/9.5G [00:03<1:00:23, 368MB/s]", Progress("x", 1.5e9, 9.5e9, 3.68e8, 3623, True)),
        ("0%|          | 0.00/268M [00:00<?, ?B/s]", Progress("", 0, 2.68e8, None, None, True)),
        ("100%|██████████| 2/2 [00:15<00:00, 2.0kit/s]", Progress("", 2, 2, 2000, 0, False)),
        ("3it [00:10, 3.5it/s]", Progress("", 3, None, 3.5, None, True)),
        ("1%|x| 1/9 [02:03<2 days, 1:02:03, 1.0it/s]", Progress("", 1, 9, 1.0, 176_523, True)),
        ("5%|x| 5/9 [02:03<00:03, 1.0it/s]Training done", Progress("", 5, 9, 1.0, 3, False)),
        ("12/100 [====>...] - ETA: 1:28", Progress("", 12, 100, 1.0, 88, True)),
        ("12/100 [====>...] - ETA: 44s - loss: 0.4 - acc: 0.5", Progress("", 12, 100, 2.0, 44, True)),
        ("100/100 [=====] - 12s 120ms/step - loss: 0.3", Progress("", 100, 100, None, None, False)),
        ("12/100 ━━━━━━━━━━━━━━ 11s 125ms/step - acc: 0.5", Progress("", 12, 100, 8.0, 11, True)),
        ("━━━━━━━ 50.0/102.0 kB 14.5 MB/s eta 0:00:03", Progress("", 50e3, 102e3, 14.5e6, 3, True)),
        ("[1,mpirank:1,algo-1]<stdout>:   16/32 [....] - ETA: 0s", Progress("", 16, 32, None, 0, True)),
        ("step 120/1000", Progress("step", 120, 1000, None, None)),
        ("Epoch 3/10", Progress("Epoch", 3, 10, None, None)),
        ("Epoch [3/10], Step [100/600], Loss: 0.2", Progress("Epoch", 3, 10, None, None)),
        ("iteration 7 of 9 loss 0.1", Progress("iteration", 7, 9, None, None)),
    ],
)
def test_bars(text: str, progress: Progress) -> None:
    assert progress_of(text) == progress


@pytest.mark.parametrize(
    "text", ["", "/", "2026/11/23 epoch", "tokens/s=12", "s3://bucket/1/2", "a of b", "[0]", "%|"]
)
def test_no_bars(text: str) -> None:
    assert progress_of(text) is None


def test_the_share() -> None:
    assert Progress("", 1, 4, None, None).share == 0.25
    assert Progress("", 5, 4, None, None).share == 1
    assert Progress("", 5, 0, None, None).share is None
    assert Progress("", 5, None, None, None).share is None


HARD = [
    "9" * 40_000,
    "0%|" * 14_000,
    "━" * 40_000,
    "1/1 [" + "=" * 40_000,
    "1/1 [=] - a: b" * 3_000,
    " - " * 14_000,
    "[1," * 14_000,
    "1it [00:00, " * 3_500,
    "Error" * 8_000,
    "A" * 40_000,
    "#010" * 10_000,
    "\r" * 40_000,
    "\x1b[2K\x1b[1Ga" * 4_000,
    "\x1b[" + "1;" * 20_000,
    "\n\r" * 20_000,
    "error: " * 6_000,
    "killed " + " " * 40_000 + "x",
    '{"level"' + " " * 40_000,
]


@pytest.mark.parametrize("work", [progress_of, severity_of, lambda text: log_line(LogEvent("", 0, 0, "", text), "")])
@pytest.mark.parametrize("text", HARD, ids=lambda text: repr(text[:8]))
def test_forty_thousand_characters_take_linear_time(work: Callable[[str], object], text: str) -> None:
    began = process_time()
    work(text)
    assert process_time() - began < 1.0
