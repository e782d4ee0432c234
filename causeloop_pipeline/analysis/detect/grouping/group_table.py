"""Rows by group: a large base and a small delta of the groups that changed since, so that an update costs by
what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints

_MAX_DELTA_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Rows sorted by `group`, and all rows of the groups that changed since, in place of their base rows."""

    base: pl.DataFrame
    delta: pl.DataFrame

    @classmethod
    def from_rows(cls, rows: pl.DataFrame) -> "GroupTable":
        """A table of rows in any order."""
        base = rows.sort("group", maintain_order=True)
        return cls(base, base.clear())

    def rows_of(self, groups: Sequence[int]) -> pl.DataFrame:
        """All rows of some groups."""
        wanted = np.unique(np.array(groups, dtype=np.int64))
        if self.delta.height == 0:
            return self._base_rows_of(wanted)
        delta_groups = self.delta["group"].to_numpy()
        in_delta = np.isin(delta_groups, wanted)
        wanted_of_base = np.setdiff1d(wanted, delta_groups[in_delta], assume_unique=False)
        base_rows = self._base_rows_of(wanted_of_base)
        return pl.concat([base_rows, self.delta.filter(pl.Series(in_delta))]) if in_delta.any() else base_rows

    def _base_rows_of(self, wanted: Ints) -> pl.DataFrame:
        base_groups = self.base["group"].to_numpy()
        begins = np.searchsorted(base_groups, wanted, "left").tolist()
        ends = np.searchsorted(base_groups, wanted, "right").tolist()
        spans = [(begin, end) for begin, end in zip(begins, ends, strict=True) if end > begin]
        if len(spans) <= 1:  # a slice copies nothing
            begin, end = spans[0] if spans else (0, 0)
            return self.base.slice(begin, end - begin)
        return self.base[np.concatenate([np.arange(begin, end) for begin, end in spans])]

    def replace_groups(self, rows: pl.DataFrame) -> "GroupTable":
        """The table with these rows in place of all rows of their groups."""
        is_replaced = np.isin(self.delta["group"].to_numpy(), rows["group"].to_numpy())
        untouched = self.delta.filter(pl.Series(~is_replaced)) if is_replaced.any() else self.delta
        delta = pl.concat([untouched, rows[self.delta.columns]])
        updated = GroupTable(self.base, delta)
        return GroupTable.from_rows(updated.all_rows()) if delta.height > _MAX_DELTA_ROWS else updated

    def all_rows(self) -> pl.DataFrame:
        """Every row, changed groups last."""
        if self.delta.height == 0:
            return self.base
        changed = self.delta["group"].unique().implode()
        return pl.concat([self.base.filter(~pl.col("group").is_in(changed)), self.delta])
