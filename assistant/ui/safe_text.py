"""What screens show is made safe as everything that reaches a terminal: see ``assistant.safe_text``."""

from assistant.safe_text import MAX_SHOWN, safe, safe_line, safe_value

__all__ = ["MAX_SHOWN", "safe", "safe_line", "safe_value"]
