"""Rows by group, a large part that stays as it is and a small part of what changed since: an update costs by
what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

_RECENT_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class GroupLedger:
    """`settled`: sorted by `group`; `recent`: all rows of the groups that changed since, in place of their
    settled ones.
    """

    settled: pl.DataFrame
    recent: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "GroupLedger":
        """A ledger of rows in any order."""
        settled = rows.sort("group", maintain_order=True)
        return cls(settled, settled.clear())

    def rows_of(self, groups: Sequence[int]) -> pl.DataFrame:
        """All rows of some groups."""
        wanted = pl.Series(sorted(set(groups)), dtype=pl.Int64)
        recent = self.recent.filter(pl.col("group").is_in(wanted.implode()))
        settled = wanted.filter(~wanted.is_in(recent["group"].implode())).to_numpy()
        own = self.settled["group"]
        begin, end = (
            own.search_sorted(settled, "left").to_numpy(),
            own.search_sorted(settled, "right").to_numpy(),
        )
        places = [np.arange(a, b) for a, b in zip(begin, end, strict=True) if b > a]
        found = self.settled[np.concatenate(places)] if places else self.settled.clear()
        return pl.concat([found, recent])

    def with_groups(self, rows: pl.DataFrame) -> "GroupLedger":
        """The ledger with these rows in place of all rows of their groups."""
        changed = rows["group"].unique().implode()
        recent = pl.concat(
            [self.recent.filter(~pl.col("group").is_in(changed)), rows.select(self.recent.columns)]
        )
        updated = GroupLedger(self.settled, recent)
        return GroupLedger.of(updated.all_rows()) if recent.height > _RECENT_ROWS else updated

    def all_rows(self) -> pl.DataFrame:
        """Every row, changed groups last."""
        if self.recent.height == 0:
            return self.settled
        changed = self.recent["group"].unique().implode()
        return pl.concat([self.settled.filter(~pl.col("group").is_in(changed)), self.recent])
