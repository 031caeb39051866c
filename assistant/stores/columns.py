"""Column types: any text that people can type goes in, whatever the database refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


def storable(text: str) -> str:
    r"""Returns the text with what no database takes written out: NUL and lone surrogates become ``\x00`` and ``\udXXX``."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class AnyText(TypeDecorator[str]):
    """A text column that takes every Python string."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (the library's signature)
        """Returns what is sent to the database."""
        return None if value is None else storable(value)
