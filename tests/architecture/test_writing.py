"""Who may change the account: one operation, one file, made in one place."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.test_layers import ROOT, SOURCES
from tui.app.commands import COMMANDS, Command

OURS = [path for path in SOURCES if "simulator" not in path.parts]
TABLES = {"tui/aws/stopping.py", "tui/polling/budget.py"}
"""Where the operation may be named: the port's adapter, and the table of paces."""
CHANGES = re.compile(r"\b(?:Stop|Delete|Create|Update|Put)[A-Z]\w*(?:Job|Tags|Group|Metric)\b|stop_training_job")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def strings(path: Path) -> list[str]:
    """Return the strings and names of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in words)
    attributes = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return [*(node.value for node in constants if isinstance(node.value, str)), *attributes]


def test_one_file_names_what_changes_the_account() -> None:
    assert {name(path) for path in OURS if any(CHANGES.fullmatch(text) for text in strings(path))} == TABLES


def test_one_place_makes_what_changes_the_account() -> None:
    makers = [
        name(path) for path in OURS if re.search(r"(?<!class )\bStopping\(|import Stopping\b", path.read_text())
    ]
    assert makers == ["tui/cli/screen.py"]
    callers = [name(path) for path in OURS if re.search(r"\.stop\.stop\(", path.read_text())]
    assert callers == ["tui/app/screens/stop_actions.py"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_the_readme_knows_every_key_and_which_need_write(command: Command) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{command.key}`" in text or command.id.startswith("pane_")
    if command.write:
        line = next(line for line in text.splitlines() if line.startswith("|") and f"`{command.key}`" in line)
        assert "only with `--write`" in line
