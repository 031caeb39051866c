"""The command line: one module for each group of verbs. What stands here talks; the work is done elsewhere."""
