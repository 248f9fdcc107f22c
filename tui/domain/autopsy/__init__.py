"""Why a job failed or was stopped: cause class, evidence, what to try next."""

from tui.domain.autopsy.causes import Cause, Certainty
from tui.domain.autopsy.lines import Line, PlainLine
from tui.domain.autopsy.tracebacks import Folded, Traceback, first_tracebacks, fold
from tui.domain.autopsy.verdict import Autopsy, autopsy

__all__ = [
    "Autopsy",
    "Cause",
    "Certainty",
    "Folded",
    "Line",
    "PlainLine",
    "Traceback",
    "autopsy",
    "first_tracebacks",
    "fold",
]
