"""What a file of feedback says: moods, intents, topics and flags, over time; for market research and for a support desk's week."""
