"""The house: who may import whom, what no file may hold, and how foreign text may reach the screen."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "tui").rglob("*.py"))
WIDGETS = frozenset({"Static", "Label", "Button", "Collapsible", "Option", "TabPane", "Markdown"})
SINKS = frozenset({"update", "notify", "from_markup", "from_text", "set_prompt", "replace_option_prompt", *WIDGETS})
"""What reads markup in its first argument."""
RICH = frozenset({"print", "log", "rule", "render_str", "Console"})
"""What reads markup in all of them; there is no use for it here."""
PLAIN = frozenset({"Content", "Text", "assemble", "styled", "pane_title"})
"""What makes a text that is no markup of whatever it is given."""
TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "sub_title", "title"})
"""What reads markup when it is assigned."""
MAPPINGS = frozenset({"self._changed", "self.telemetry", "self.findings", "self.around", "view", "found"})
"""What has an `update` and is no widget."""
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


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_foreign(node: ast.AST) -> bool:
    """Return whether a text may be foreign: anything but a constant, and what is made never to be markup."""
    match node:
        case ast.Constant():
            return False
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.IfExp():
            return is_foreign(node.body) or is_foreign(node.orelse)
        case ast.Call():
            return called(node) not in PLAIN
    return True


def markup_sinks(tree: ast.AST) -> list[int]:
    """Return the lines in which what is no constant reaches something that reads markup."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            told = {entry.arg: entry.value for entry in node.keywords}
            markup = told.get("markup")
            off = isinstance(markup, ast.Constant) and markup.value is False
            first = node.args[0] if node.args else told.get("content", told.get("message", ast.Constant("")))
            if name in SINKS and not off and is_foreign(first) and not is_mapping(node):
                found.append(node.lineno)
            if name in RICH and is_rich(node):
                found.append(node.lineno)
            if markup is not None and not off:
                found.append(node.lineno)
            if any(is_foreign(value) for key, value in told.items() if key in TITLES - {"title"}):
                found.append(node.lineno)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.attr for target in targets if isinstance(target, ast.Attribute)}
            if names & TITLES and is_foreign(node.value):
                found.append(node.lineno)
    return found


def is_mapping(node: ast.Call) -> bool:
    """Return whether `update` is that of a mapping, a clock or a log and not that of a widget."""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    return called(node) == "update" and owner in MAPPINGS


def is_rich(node: ast.Call) -> bool:
    """Return whether a call writes by Rich."""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    return called(node) == "Console" or "console" in owner.lower() or owner == "rich"


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
        ("self.update(name)", True),
        ("self.hint.update(self.text)", True),
        ("Static(view.name)", True),
        ("Static(content=name)", True),
        ("Static(name, markup=True)", True),
        ("Static(name, markup=wanted)", True),
        ("Static(name, markup=False)", False),
        ("Option(label)", True),
        ("Text.from_markup(text)", True),
        ('Content.from_markup("[b]x[/b]")', False),
        ("self.border_title = summary", True),
        ("self.tooltip = job.name", True),
        ('Static("x", tooltip=name)', True),
        ("self.border_title: str = name", True),
        ("self.app.console.print(text)", True),
        ("rich.print('x')", True),
        ("Console()", True),
        ('self.notify(message=f"{name}")', True),
        ("self._changed.update(paths)", False),
        ("self.border_title = pane_title(self, 1, name, '')", False),
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
