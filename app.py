"""Starts the assistant: ``python app.py`` opens the chat, ``python app.py train`` is ``assistant train``."""

from assistant.cli.main import run

if __name__ == "__main__":
    run()
