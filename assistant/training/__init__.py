"""Training: loops that report through a callback, and a model folder at the end."""
