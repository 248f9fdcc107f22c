"""The command table: what feeds bindings, footer, help and palette, so that they cannot disagree."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding


class Group(StrEnum):
    """A heading of the help screen."""

    MOVE = "Move"
    JOBS = "Jobs"
    JOB = "One job"
    METRICS = "Metrics"
    TEXT = "Config, Data, Everything"
    LOGS = "Logs"
    SCREEN = "Screen"


class Where(StrEnum):
    """Where a command is worth a place in the footer."""

    NOWHERE = "nowhere"
    LIST = "list"
    PANE = "pane"
    LOGS = "logs"
    OPENED = "opened"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a key does."""

    id: str
    """Stable name, for bindings; the action of the screen is `action_<id>`, its arguments in parentheses."""
    keys: tuple[str, ...]
    """Textual's names of the keys; the first one is shown."""
    label: str
    """A word for the footer."""
    help: str
    """A sentence for help and palette."""
    group: Group
    where: Where = Where.NOWHERE
    action: str = ""
    priority: bool = False
    write: bool = False
    """Whether it may lead to a change of the account: only there with --write."""

    @property
    def key(self) -> str:
        """The first key as people write it."""
        return display(self.keys[0])


_NAMES: Final = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "exclamation_mark": "!",
    "colon": ":",
    "ampersand": "&",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


def display(key: str) -> str:
    """Return a key as people write it: `ctrl-d`, `?`, `↓`."""
    return _NAMES.get(key, key.replace("+", "-"))


_C = Command
LOGIN_KEY: Final = "L"
"""Hints of the connection name it."""
_PANES: Final = ("Jobs", "Timeline", "Resources", "Rules", "Metrics", "Logs", "Config", "Data", "Everything")

COMMANDS: Final[tuple[Command, ...]] = (
    _C("down", ("j", "down"), "down", "Next row", Group.MOVE),
    _C("up", ("k", "up"), "up", "Previous row", Group.MOVE),
    _C("top", ("g", "home"), "top", "First row", Group.MOVE),
    _C("bottom", ("G", "end"), "bottom", "Last row", Group.MOVE),
    _C("half_down", ("ctrl+d",), "half down", "Half a page down", Group.MOVE),
    _C("half_up", ("ctrl+u",), "half up", "Half a page up", Group.MOVE),
    _C("page_down", ("ctrl+f", "pagedown"), "page down", "A page down", Group.MOVE),
    _C("page_up", ("pageup", "ctrl+b"), "page up", "A page up", Group.MOVE),
    _C("next_pane", ("tab",), "next pane", "Next pane", Group.MOVE),
    _C("previous_pane", ("shift+tab",), "previous pane", "Previous pane", Group.MOVE),
    _C(
        "right",
        ("right",),
        "right",
        "Next pane; unfold a group or in Everything, in charts move the crosshair",
        Group.MOVE,
    ),
    _C(
        "left",
        ("left",),
        "left",
        "Previous pane; fold a group or in Everything, in charts move the crosshair",
        Group.MOVE,
    ),
    *(
        _C(f"pane_{n}", (str(n),), name, f"Pane {n}: {name}", Group.MOVE, action=f"pane({n})")
        for n, name in enumerate(_PANES, 1)
    ),
    _C(
        "open",
        ("enter",),
        "open",
        "Open the job; fold a group or in Everything; a rule's evidence",
        Group.JOBS,
        Where.LIST,
    ),
    _C("filter", ("slash",), "filter", "Filter the jobs; in other panes search", Group.JOBS, Where.ALWAYS),
    _C("clear", ("ctrl+l",), "clear", "Clear filter, marks and search", Group.JOBS),
    _C(
        "problems",
        ("F",),
        "problems",
        "Only jobs that failed, ran out of time or were interrupted",
        Group.JOBS,
        Where.LIST,
    ),
    _C("sort_right", ("greater_than_sign",), "sort", "Sort by the column to the right", Group.JOBS),
    _C("sort_left", ("less_than_sign",), "sort", "Sort by the column to the left", Group.JOBS),
    _C("reverse", ("s",), "reverse", "Reverse the order", Group.JOBS),
    _C("group", ("T",), "group", "Children under their tuning, AutoML or labelling job, or one by one", Group.JOBS),
    _C("columns", ("C",), "columns", "Choose the columns of the list, and their order", Group.JOBS),
    _C("mark", ("space",), "mark", "Mark the job or group, y copies the marked names; pin a chart", Group.JOBS),
    _C("previous_job", ("left_square_bracket",), "previous", "The job above", Group.JOB, Where.OPENED),
    _C("next_job", ("right_square_bracket",), "next job", "The job below", Group.JOB, Where.OPENED),
    _C("zoom", ("z",), "zoom", "The pane alone, with all its members; again for all panes", Group.JOB, Where.ALWAYS),
    _C("logs", ("l",), "logs", "Logs", Group.JOB, Where.ALWAYS),
    _C("metrics", ("m",), "metrics", "Charts of the metrics full screen, and back", Group.JOB, Where.ALWAYS),
    _C("describe", ("d",), "everything", "Everything DescribeTrainingJob says", Group.JOB, Where.ALWAYS),
    _C("copy", ("y", "c"), "copy", "Copy a name, ARN, value, path or command", Group.JOB, Where.ALWAYS),
    _C(
        "actions",
        ("a",),
        "actions",
        "Actions on the job, or on the marked jobs: stop",
        Group.JOB,
        Where.ALWAYS,
        write=True,
    ),
    _C("browse", ("b",), "browser", "The job's page in the AWS console", Group.JOB),
    _C("axis", ("X",), "axis", "Charts by step instead of time, and back", Group.METRICS),
    _C("log_scale", ("Y",), "log scale", "Charts on a logarithmic scale, and back", Group.METRICS),
    _C("smoothing", ("o",), "smoothing", "Smooth the curves: not at all, 0.6, 0.9", Group.METRICS),
    _C("next_match", ("n",), "next match", "Next match of the search", Group.TEXT, Where.OPENED),
    _C("previous_match", ("N",), "previous match", "Previous match", Group.TEXT),
    _C("json", ("J",), "JSON", "Everything as JSON, and back; in the log the line's", Group.TEXT, Where.OPENED),
    _C("reveal", ("x",), "reveal", "Show values that look secret, and mask them again", Group.TEXT, Where.OPENED),
    _C("follow", ("f",), "follow", "Follow the end of the log, or stay; so does space", Group.LOGS, Where.LOGS),
    _C("wrap", ("w",), "wrap", "Wrap long lines of the log, or cut them", Group.LOGS, Where.LOGS),
    _C("times", ("t",), "times", "Times of the log's lines: the time, the date too, none", Group.LOGS, Where.LOGS),
    _C("hosts", ("h",), "hosts", "One host of the log after another, then all", Group.LOGS, Where.LOGS),
    _C("next_error", ("e",), "next error", "Next error in the log", Group.LOGS, Where.LOGS),
    _C("previous_error", ("E",), "previous error", "Previous error in the log", Group.LOGS),
    _C("only", ("ampersand",), "only", "Only lines of the log that match the search, or all", Group.LOGS, Where.LOGS),
    _C("mark_line", ("v",), "mark", "Mark a line of the log; y copies the marked ones", Group.LOGS, Where.LOGS),
    _C("save", ("S",), "save", "Save the shown part of the log to a file here", Group.LOGS, Where.LOGS),
    _C(
        "window",
        ("0",),
        "tail",
        "In the full-screen log the tail; 1 the head, 2 to 6 the last 1, 5, 15, 30 and 60 minutes",
        Group.LOGS,
        action="window(0)",
    ),
    _C("refresh", ("r", "ctrl+r"), "refresh", "Ask the service now", Group.SCREEN),
    _C("pause", ("p",), "pause", "Stop asking the service, and go on", Group.SCREEN),
    _C("faster", ("plus", "equals_sign"), "faster", "Ask more often", Group.SCREEN),
    _C("slower", ("minus",), "slower", "Ask less often", Group.SCREEN),
    _C("identity", ("i",), "identity", "Account, role, region, endpoint", Group.SCREEN),
    _C(
        "login",
        (LOGIN_KEY,),
        "log in",
        "Log in again in this terminal: its command, or the MFA code",
        Group.SCREEN,
    ),
    _C("failures", ("exclamation_mark",), "failures", "What went wrong with calls lately", Group.SCREEN),
    _C("permissions", ("I",), "permissions", "What is not allowed, and the policy that gives it", Group.SCREEN),
    _C("mouse", ("M",), "mouse", "Give the mouse to the terminal for selecting text, and take it back", Group.SCREEN),
    _C(
        "low_bandwidth",
        ("B",),
        "low bandwidth",
        "Write less to the terminal, and less often, and as usual again",
        Group.SCREEN,
    ),
    _C("palette", ("colon", "ctrl+p"), "command", "Find a command by name", Group.SCREEN, Where.ALWAYS),
    _C("help", ("question_mark", "f1"), "help", "All keys", Group.SCREEN, Where.ALWAYS),
    _C("back", ("escape",), "back", "Close one layer: prompt, search, zoom, opened job", Group.SCREEN, Where.OPENED),
    _C("quit", ("q",), "quit", "Back from an opened job; from the list, quit", Group.SCREEN, Where.ALWAYS),
    _C("quit_now", ("ctrl+c",), "quit now", "Quit at once", Group.SCREEN, priority=True),
)
"""Every command, in the order of the help screen. None of them changes anything by itself."""


def offered(write: bool) -> tuple[Command, ...]:
    """Return the commands that there are, with `--write` or without."""
    return tuple(command for command in COMMANDS if write or not command.write)


def bindings() -> list[Binding]:
    """Return the table as Textual's bindings."""
    return [
        Binding(
            ",".join(command.keys),
            command.action or command.id,
            command.label,
            show=False,
            priority=command.priority,
            id=command.id,
        )
        for command in COMMANDS
    ]


def footer(where: Where, write: bool = False) -> list[Command]:
    """Return the commands worth a hint at a place, most wanted first."""
    order = (
        "help",
        "filter",
        "follow",
        "next_error",
        "only",
        "open",
        "back",
        "zoom",
        "actions",
        "logs",
        "metrics",
        "describe",
        "copy",
        "problems",
        "next_job",
    )
    found = [command for command in offered(write) if command.where in (where, Where.ALWAYS)]
    rank = {name: place for place, name in enumerate(order)}
    return sorted(found, key=lambda command: rank.get(command.id, len(order)))
