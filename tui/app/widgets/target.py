"""What the keys move: the view of the current pane, whatever it is made of."""

import re
from typing import Protocol

from tui.app.lines import Row


class Target(Protocol):
    """A view with a cursor, or one that only scrolls."""

    @property
    def cursor_key(self) -> str:
        """The key under the cursor; empty without one."""
        ...

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, where rows are what it shows."""
        ...

    @property
    def page(self) -> int:
        """Rows of one page."""
        ...

    @property
    def searching(self) -> bool:
        """Whether matches are marked."""
        ...

    def move_by(self, steps: int) -> None:
        """Move the cursor, or scroll."""
        ...

    def move_top(self) -> None:
        """Move to the beginning."""
        ...

    def move_bottom(self) -> None:
        """Move to the end."""
        ...

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Mark what matches; return how many rows are known to."""
        ...

    def next_match(self, steps: int) -> bool:
        """Move to another match; return False where there is none."""
        ...

    def focus(self) -> object:
        """Give it the keys."""
        ...
