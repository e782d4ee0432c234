"""Turns raw failures into patterns, predictions and fixes that are proven to hold."""

import os

# The matrices are many and small: with several threads, linear algebra mostly waits for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 read when numpy is loaded
