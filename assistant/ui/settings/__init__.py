"""The settings screen: how it looks, what is in force and why, whether all is well, and what was logged."""
