"""The bias audit: the same request from different people, and whether it is understood the same."""
