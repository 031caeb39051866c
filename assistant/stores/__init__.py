"""What outlives a process: conversations, FAQ entries with their versions, and the questions that found no answer."""
