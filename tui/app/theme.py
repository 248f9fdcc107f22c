"""The colours: one accent for focus and what runs, the others each for a status and nothing else."""

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="sagetop-dark",
    primary="#61afef",
    secondary="#56b6c2",
    accent="#61afef",
    foreground="#d7dde4",
    background="#0f1519",
    surface="#0f1519",
    panel="#1a232b",
    success="#7fc97f",
    warning="#e5b567",
    error="#e06c75",
    dark=True,
    variables={
        "line": "#2b3a46",
        "muted": "#7b8a97",
        "faint": "#55626d",
        "bright": "#f2f5f7",
        "cursor-row": "#20323f",
        "cursor-row-blurred": "#18232b",
        "change": "#31481f",
        "host-0": "#9ab8d6",
        "host-1": "#b5a6d9",
        "host-2": "#8fc1b5",
        "host-3": "#d1a58c",
        "host-4": "#c79ab8",
        "host-5": "#a8b87f",
        "footer-key-foreground": "#f2f5f7",
    },
)
