"""Measures: how well messages are understood, and whether conversations go as they should."""
