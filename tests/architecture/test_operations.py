"""Every operation that is asked of AWS is in the table of permissions, under its own client."""

import ast
from pathlib import Path

from tui.domain.permissions import PERMISSIONS

AWS = sorted((Path(__file__).parents[2] / "tui" / "aws").glob("*.py"))


def asked(tree: ast.AST) -> set[tuple[str, str]]:
    """Return service and operation of each `call("service", "Operation", …)`; what is not written out is "?"."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "call" in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
            names = [entry.value if isinstance(entry, ast.Constant) else "?" for entry in node.args[:2]]
            found.add((str(names[0]), str(names[1])))
    return found


def test_the_operations_that_are_called_are_those_of_the_table() -> None:
    called = set().union(*(asked(ast.parse(path.read_text(encoding="utf-8"))) for path in AWS))
    known = {(entry.service, entry.operation): entry for entry in PERMISSIONS}
    assert called - known.keys() == set()
    assert {place for place, entry in known.items() if not entry.writes} - called == set()


def test_the_doctor_tries_all_of_them_and_never_what_writes() -> None:
    (path,) = [path for path in AWS if path.name == "probing.py"]
    tried = asked(ast.parse(path.read_text(encoding="utf-8")))
    assert tried == {(entry.service, entry.operation) for entry in PERMISSIONS if not entry.writes}


def test_the_scan_itself() -> None:
    tree = ast.parse('self._connection.call("logs", "Get", {})\ncall("sts", name, {})')
    assert asked(tree) == {("logs", "Get"), ("sts", "?")}
