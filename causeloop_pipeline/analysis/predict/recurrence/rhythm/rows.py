"""Arrays of equal length under names: rows that are taken and put together as one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Ints


@dataclass(frozen=True)
class Rows:
    """A dataclass of arrays, or of such dataclasses, with an entry a row."""

    def take(self, which: Bools | Ints | slice) -> Self:
        """Some of the rows."""
        return type(self)(*(_take(getattr(self, field.name), which) for field in fields(self)))

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """Rows of at least one part, one after the other."""
        columns = ([getattr(part, field.name) for part in parts] for field in fields(cls))
        return cls(*(_concat(column) for column in columns))

    def choose(self, other: Self, is_other: Bools) -> Self:
        """Each row of these or of as many others."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return type(self)(*(_choose(left, right, is_other) for left, right in pairs))


def _take(column: Any, which: Bools | Ints | slice) -> Any:
    return column.take(which) if isinstance(column, Rows) else column[which]


def _concat(columns: Sequence[Any]) -> Any:
    return type(columns[0]).concat(columns) if isinstance(columns[0], Rows) else np.concatenate(columns)


def _choose(left: Any, right: Any, is_other: Bools) -> Any:
    return left.choose(right, is_other) if isinstance(left, Rows) else np.where(is_other, right, left)
