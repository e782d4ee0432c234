"""Which of Polars' engines a query runs on."""

from typing import Literal

_FEW_ROWS = 5_000


def choose_engine(rows: int) -> Literal["in-memory", "auto"]:
    """Chooses the engine for a query.

    In: how many rows it begins with. Out: the engine in memory for few rows, because the streaming engine
    takes longer to start than such a query to run; else Polars' own choice. The result is the same.
    """
    return "in-memory" if rows <= _FEW_ROWS else "auto"
