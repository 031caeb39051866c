"""A customer-service assistant that a support team runs itself, offline, in a terminal."""

import os

# Before numpy is loaded: the products of vectors in a turn are too small to share; a second thread would wait at full speed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
