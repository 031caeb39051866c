"""Longer documents that questions are answered from: read, cut into passages, searched, and read for the span that answers."""
