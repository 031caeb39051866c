"""Custom actions through rasa-sdk: in a process of their own, or on an action server; and the actions every bot has."""
