"""Who is at work: the name that is noted beside what people change."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """Returns the name of whoever runs the program; empty when the system has none for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id
        return ""
