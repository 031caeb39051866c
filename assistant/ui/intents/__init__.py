"""The screen where intents and their examples are curated."""
