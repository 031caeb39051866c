"""A customer-service assistant that a support team runs itself, offline, in a terminal."""

__version__ = "0.1.0"
