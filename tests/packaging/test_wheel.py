"""The wheel: what is in it, and that it runs far from the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = """
import asyncio, sys
import tui
from tui.app.app import STYLES, SagetopApp
from tui.app.services import Options
from tui.cli import connect, Settings

async def main():
    app = SagetopApp(lambda: connect(Settings(region="us-east-1", endpoint_url="http://127.0.0.1:1")), Options())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        print(tui.__file__)
        print(STYLES)
        print("1 Jobs" in "\\n".join(strip.text for strip in app.screen._compositor.render_strips()))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout; nothing is downloaded for it."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


def test_what_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    styles = {path.name for path in (ROOT / "styles").glob("*.tcss")}
    assert styles
    assert {f"tui/styles/{name}" for name in styles} <= names
    assert {name.split("/")[0] for name in names} == {"tui", f"sagetop-{version()}.dist-info"}
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tui").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == code
    entry = zipfile.ZipFile(wheel).read(f"sagetop-{version()}.dist-info/entry_points.txt").decode()
    assert "sagetop = tui.cli:main" in entry


def version() -> str:
    """Return the version of the checkout."""
    import tui

    return tui.__version__


def test_it_starts_with_its_own_styles_far_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(home)
    env = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", START],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(home / "tui" / "__init__.py"), str(home / "tui" / "styles"), "True"]
