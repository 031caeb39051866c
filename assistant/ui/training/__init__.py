"""The screen that trains a model."""
