"""What a status means."""

import pytest

from tui.domain.status import _LOOKS, Tone, is_problem, is_terminal, look, phase_of


@pytest.mark.parametrize(
    ("primary", "secondary", "phase"),
    [
        ("InProgress", "Training", "Training"),
        ("InProgress", "", "InProgress"),
        ("InProgress", "Teleporting", "Teleporting"),
        ("Stopping", "Starting", "Stopping"),
        ("Stopping", "Stopped", "Stopped"),
        ("Deleting", "Training", "Deleting"),
        ("Stopped", "MaxRuntimeExceeded", "MaxRuntimeExceeded"),
        ("Stopped", "MaxWaitTimeExceeded", "MaxWaitTimeExceeded"),
        ("Completed", "Training", "Completed"),
        ("Failed", "Downloading", "Failed"),
        ("Failed", "", "Failed"),
        ("Completed", "Teleporting", "Teleporting"),
        ("", "", ""),
    ],
)
def test_the_phase_is_the_word_that_says_most(primary: str, secondary: str, phase: str) -> None:
    assert phase_of(primary, secondary) == phase


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_three_statuses_are_final(status: str) -> None:
    assert is_terminal(status)


@pytest.mark.parametrize("status", ["InProgress", "Stopping", "Deleting", "", "Unheard", "MaxRuntimeExceeded"])
def test_no_other_status_is_final(status: str) -> None:
    assert not is_terminal(status)


def test_an_unknown_status_has_a_neutral_look_and_a_glyph() -> None:
    assert look("Teleporting").tone is Tone.NEUTRAL
    assert look("Teleporting").glyph


def test_no_look_is_told_by_colour_alone_and_each_has_one_ascii_cell() -> None:
    assert all(len(each.glyph) == len(each.ascii) == 1 and each.ascii.isascii() for each in _LOOKS.values())


@pytest.mark.parametrize(
    ("primary", "secondary", "problem"),
    [
        ("Failed", "Failed", True),
        ("Stopped", "MaxRuntimeExceeded", True),
        ("Stopped", "MaxWaitTimeExceeded", True),
        ("InProgress", "Interrupted", True),
        ("Stopped", "Stopped", False),
        ("Completed", "Completed", False),
        ("InProgress", "Training", False),
    ],
)
def test_problems_are_what_wants_a_look(primary: str, secondary: str, problem: bool) -> None:
    assert is_problem(primary, secondary) is problem
