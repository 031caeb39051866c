"""Corrections of a bot made from its conversations: proposed as edits of its files, shown as a diff, applied or left, undone."""
