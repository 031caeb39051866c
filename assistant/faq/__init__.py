"""The FAQ: entries that people curate, the files they come in, and how a question finds its entry."""
