"""Gives memory back to the system: what large bodies took does not stay with the process."""

import ctypes

MMAP_THRESHOLD, ARENA_MAX = -3, -8
"""Of mallopt(3)."""

MAX_KEPT_BYTES = 524_288
"""Larger blocks are mapped, and given back when they are freed."""

MAX_ARENAS = 2
"""Otherwise malloc keeps freed memory in an arena for every thread."""


def limit_kept_memory() -> None:
    """Bound what glibc keeps of freed memory; other C libraries are left as they are."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, MAX_KEPT_BYTES)
        mallopt(ARENA_MAX, MAX_ARENAS)
