"""Two calm themes of one family, a dark and a light one: teal for the assistant, sand for what asks for attention.

Beside them one of high contrast, and one without any colour for those who want none. Where the environment says ``NO_COLOR``, all
themes are drawn in shades of grey.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from assistant.languages import N_

DARK: Final = "assistant-dark"
LIGHT: Final = "assistant-light"
CONTRAST: Final = "assistant-contrast"
GREY: Final = "assistant-grey"

CHOICES: Final = {DARK: N_("Dark"), LIGHT: N_("Light"), CONTRAST: N_("High contrast"), GREY: N_("No colour")}
"""The themes that the settings screen offers, and what they are called there."""

THEMES: Final = (
    Theme(
        name=DARK,
        dark=True,
        primary="#5fb3b3",
        secondary="#8a9bb4",
        accent="#d9a566",
        success="#8fbf7f",
        warning="#d9b26a",
        error="#e0787f",
        foreground="#d6dbe2",
        background="#14181e",
        surface="#1a1f27",
        panel="#232a34",
        variables={
            "muted": "#8793a3",
            "track": "#2c3542",
            "border": "#3a4554",
            "border-blurred": "#2b333f",
            "footer-background": "#1a1f27",
            "footer-key-foreground": "#5fb3b3",
            "footer-description-foreground": "#9aa5b3",
            "input-selection-background": "#5fb3b3 30%",
            "block-cursor-text-style": "none",
            "block-cursor-background": "#2d4a50",
            "block-cursor-foreground": "#eef3f6",
            "block-cursor-blurred-background": "#26313b",
            "block-hover-background": "#232a34",
            "scrollbar": "#323c49",
            "scrollbar-hover": "#465263",
            "scrollbar-active": "#5fb3b3",
            "scrollbar-background": "#14181e",
            "scrollbar-background-hover": "#14181e",
            "scrollbar-background-active": "#14181e",
            "scrollbar-corner-color": "#14181e",
        },
    ),
    Theme(
        name=LIGHT,
        dark=False,
        primary="#17696f",
        secondary="#52627a",
        accent="#8f5510",
        success="#2f6d2c",
        warning="#855a00",
        error="#a92f3a",
        foreground="#23292f",
        background="#faf9f6",
        surface="#f1efe9",
        panel="#e5e2d9",
        variables={
            "muted": "#666d75",
            "track": "#d8d4c8",
            "border": "#b9b4a6",
            "border-blurred": "#d6d2c6",
            "footer-background": "#f1efe9",
            "footer-key-foreground": "#17696f",
            "footer-description-foreground": "#5b636b",
            "input-selection-background": "#17696f 25%",
            "block-cursor-text-style": "none",
            "block-cursor-background": "#cfe3e1",
            "block-cursor-foreground": "#14272b",
            "block-cursor-blurred-background": "#e3e4dd",
            "block-hover-background": "#e9e6de",
            "scrollbar": "#cbc7ba",
            "scrollbar-hover": "#b3ae9f",
            "scrollbar-active": "#17696f",
            "scrollbar-background": "#faf9f6",
            "scrollbar-background-hover": "#faf9f6",
            "scrollbar-background-active": "#faf9f6",
            "scrollbar-corner-color": "#faf9f6",
        },
    ),
    Theme(
        name=CONTRAST,
        dark=True,
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffd700",
        success="#00ff5f",
        warning="#ffaf00",
        error="#ff6f6f",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        variables={
            "muted": "#d0d0d0",
            "track": "#5f5f5f",
            "border": "#ffffff",
            "border-blurred": "#d0d0d0",
            "footer-background": "#000000",
            "footer-key-foreground": "#ffff00",
            "footer-description-foreground": "#ffffff",
            "input-selection-background": "#ffff00",
            "block-cursor-text-style": "bold",
            "block-cursor-background": "#ffff00",
            "block-cursor-foreground": "#000000",
            "block-cursor-blurred-background": "#1c1c1c",
            "block-hover-background": "#1c1c1c",
            "scrollbar": "#d0d0d0",
            "scrollbar-active": "#ffffff",
            "scrollbar-background": "#000000",
        },
    ),
    Theme(
        name=GREY,
        dark=True,
        primary="#e0e0e0",
        secondary="#b0b0b0",
        accent="#ffffff",
        success="#d8d8d8",
        warning="#f0f0f0",
        error="#ffffff",
        foreground="#d0d0d0",
        background="#121212",
        surface="#1a1a1a",
        panel="#262626",
        variables={
            "muted": "#9a9a9a",
            "track": "#3a3a3a",
            "border": "#d0d0d0",
            "border-blurred": "#9a9a9a",
            "footer-background": "#1a1a1a",
            "footer-key-foreground": "#e0e0e0",
            "footer-description-foreground": "#d0d0d0",
            "input-selection-background": "#4a4a4a",
            "block-cursor-text-style": "bold",
            "block-cursor-background": "#4a4a4a",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-blurred-background": "#262626",
            "block-hover-background": "#262626",
            "scrollbar": "#9a9a9a",
            "scrollbar-active": "#d0d0d0",
            "scrollbar-background": "#121212",
        },
    ),
)
"""The themes that the assistant brings; Textual's own stay available in the command palette."""

DEFAULTS: Final = {"muted": "#888888", "track": "#666666"}
"""What our own variables are in themes that do not know them."""
