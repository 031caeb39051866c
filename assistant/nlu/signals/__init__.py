"""Sentiment, emotion and moderation of a message, from the vector that the encoder has made anyway and from runs of letters."""
