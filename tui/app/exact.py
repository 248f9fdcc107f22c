"""Writes only the cells that changed.

Textual crops a partial update at its right end only: a clock at the right of a pane would cost the whole line, each
second, over SSH. See `ChopsUpdate` in `textual/_compositor.py`.
"""

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class _ExactUpdate(ChopsUpdate):
    """A partial update cropped at both ends."""

    def render_segments(self, console: Console) -> str:
        """Return the raw text for the terminal."""
        written: list[str] = []
        for y, first, last in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= last or end <= first:
                    continue
                start = max(x, first)
                written.append(Control.move_to(start, y).segment.text)
                written.append(strip.crop(start - x, min(end, last) - x).render(console))
        return "".join(written)


class ExactCompositor(Compositor):
    """Textual's compositor with exact partial updates."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the update for what is dirty."""
        update = super().render_partial_update()
        return _ExactUpdate(update.chops, update.spans, update.chop_ends) if update else None
