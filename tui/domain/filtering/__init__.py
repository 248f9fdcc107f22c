"""The filter language of the list of jobs (docs/filter.md): reading, matching, completing, pushing down."""

from tui.domain.filtering.completing import Completion, completions
from tui.domain.filtering.filter import Filter, hint
from tui.domain.filtering.grammar import FilterError
from tui.domain.filtering.pushing import Condition, pushed

__all__ = ["Completion", "Condition", "Filter", "FilterError", "completions", "hint", "pushed"]
