"""The house: who may import whom, what no file may hold, and how foreign text may reach the screen."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "tui").rglob("*.py"))
SINKS = frozenset({"update", "notify", "Static", "Label", "from_markup"})
"""What reads markup in its first argument."""
TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "sub_title", "title"})
"""What reads markup when it is assigned."""
DOORS = frozenset({("screens/watching.py", "notify")})
"""The one call that passes foreign text on: with markup=False."""


def tracked() -> list[Path]:
    """Return the files that git has."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_layers() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "past 400 lines a file is nearly always two rooms"
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"] == []


def is_made(node: ast.AST) -> bool:
    """Return whether a text is put together of parts, any of which may be foreign."""
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join")):
            return True
        case ast.IfExp():
            return is_made(node.body) or is_made(node.orelse)
    return False


def markup_sinks(tree: ast.AST) -> list[int]:
    """Return the lines in which a text that was put together reaches something that reads markup."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SINKS and is_made(node.args[0]):
                found.append(node.lineno)
        elif isinstance(node, ast.Assign):
            targets = {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
            if targets & TITLES and is_made(node.value):
                found.append(node.lineno)
    return found


APP = sorted((ROOT / "tui" / "app").rglob("*.py"))


@pytest.mark.parametrize("path", APP, ids=lambda path: path.name)
def test_no_foreign_text_becomes_markup(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert markup_sinks(tree) == []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "notify":
            place = (path.relative_to(ROOT / "tui" / "app").as_posix(), "notify")
            told = {entry.arg: entry.value for entry in node.keywords}
            markup = told.get("markup")
            assert place in DOORS, "say it with Screen.say"
            assert isinstance(markup, ast.Constant)
            assert markup.value is False


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ('self.update(f"[b]{name}")', True),
        ('self.notify("a" + name)', True),
        ('Static("%s" % name)', True),
        ('self.border_title = "{}".format(name)', True),
        ('self.border_title = f"{a}" if a else ""', True),
        ('Content.from_markup(" ".join(names))', True),
        ('self.update("plain")', False),
        ("self.border_title = Content.assemble((f'{a}', 'b'))", False),
        ("self.update(Content(text))", False),
    ],
)
def test_the_lint_itself(code: str, caught: bool) -> None:
    assert bool(markup_sinks(ast.parse(code))) is caught


def test_styles_use_theme_variables_only() -> None:
    for path in (ROOT / "styles").glob("*.tcss"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        colours = re.findall(r"(?<![\w-])(?:color|background)[\w-]*:\s*([^;]+);", text)
        assert [value for value in colours if "#" in value or "rgb" in value] == [], path.name


def test_nothing_of_this_machine_is_committed() -> None:
    shapes = re.compile(r"/(?:work|home|root|Users)/\w|file:///|(?:--index-url|--extra-index-url|--find-links)")
    ours = Path(__file__).resolve()
    found = []
    for path in tracked():
        if path.suffix in (".svg", ".png") or path.resolve() == ours:
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, 1)
            if shapes.search(line)
        ]
    assert found == []


def test_constraints_are_names_and_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!-]*", line)] == []
