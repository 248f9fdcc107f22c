"""Draws the pictures of the README from the demo account: `python docs/screenshots.py`."""

import asyncio
import functools
from pathlib import Path

from tui import cli
from tui.app.app import SagetopApp
from tui.app.services import Options

_TELEMETRY_SECONDS = 8.0
PICTURES = Path(__file__).with_name("pictures")


async def draw(name: str, size: tuple[int, int], job: str, *keys: str) -> None:
    """Save the screen on `job` after some keys as an SVG."""
    app = SagetopApp(functools.partial(cli.simulate_account, 60.0), Options())
    async with app.run_test(size=size) as pilot:
        watch = app.watch_screen
        async with asyncio.timeout(30):
            while job not in [entry.key for entry in watch.jobs.body.rows]:
                await pilot.pause()
            watch.jobs.body.move_to(job)
            while watch.model.job.key != job or watch.model.job.value is None:
                await pilot.pause()
            await pilot.press(*keys)
            while keys and not (watch.everything.documentation or "9" not in keys):
                await pilot.pause()
        # Telemetry has no end to wait for: this much of it makes a picture.
        await pilot.pause(_TELEMETRY_SECONDS)
        (PICTURES / f"{name}.svg").write_text(app.export_screenshot(title="sagetop"))


async def main() -> None:
    """Draw them all."""
    await draw("watch", (160, 45), "bert-base-straggler-4x")
    await draw("everything", (120, 36), "kitchen-sink-everything", "9", *"jjjjjj")
    await draw("failed", (120, 36), "vit-l16-finetune-881", "enter")
    await draw("charts", (120, 36), "resnet18-overfit", "m")
    await draw("logs", (120, 36), "bert-base-straggler-4x", "l", "z")
    await draw("small", (80, 24), "llama-70b-sft-0412")


if __name__ == "__main__":
    asyncio.run(main())
