"""Lets people write in their language to a bot that knows another, through an engine that runs on this machine."""
