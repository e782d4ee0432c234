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
        wanted = np.unique(np.array(groups, dtype=np.int64))
        changed = np.isin(self.recent["group"].to_numpy(), wanted)
        settled = np.setdiff1d(wanted, self.recent["group"].to_numpy()[changed], assume_unique=False)
        own = self.settled["group"].to_numpy()
        begin, end = np.searchsorted(own, settled, "left"), np.searchsorted(own, settled, "right")
        places = [np.arange(a, b) for a, b in zip(begin.tolist(), end.tolist(), strict=True) if b > a]
        found = self.settled[np.concatenate(places)] if places else self.settled.clear()
        return pl.concat([found, self.recent.filter(pl.Series(changed))]) if changed.any() else found

    def with_groups(self, rows: pl.DataFrame) -> "GroupLedger":
        """The ledger with these rows in place of all rows of their groups."""
        changed = np.isin(self.recent["group"].to_numpy(), rows["group"].to_numpy())
        kept = self.recent.filter(pl.Series(~changed)) if changed.any() else self.recent
        recent = pl.concat([kept, rows.select(self.recent.columns)])
        updated = GroupLedger(self.settled, recent)
        return GroupLedger.of(updated.all_rows()) if recent.height > _RECENT_ROWS else updated

    def all_rows(self) -> pl.DataFrame:
        """Every row, changed groups last."""
        if self.recent.height == 0:
            return self.settled
        changed = self.recent["group"].unique().implode()
        return pl.concat([self.settled.filter(~pl.col("group").is_in(changed)), self.recent])
