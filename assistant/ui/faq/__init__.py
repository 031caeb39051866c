"""The desk where FAQ entries are curated."""
