"""New issues on their way into the groups of an index: by what people said, by key, by place and time."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.grouping.atoms import Anchor, nearest_anchor
from causeloop_pipeline.analysis.detect.grouping.bursts import MEAN_GAP_DAYS, burst_keys, place_of
from causeloop_pipeline.analysis.detect.grouping.constraints import (
    Closure,
    constraint_closure,
    constraint_rows,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex


@dataclass(slots=True)
class Arrivals:
    """Where each new issue went: groups below `known` are of the index, others are new."""

    table: pl.DataFrame
    keys: list[str]
    group: Ints
    known: int
    forced: dict[int, str] = field(default_factory=dict)  # row → the issue that a person put it with
    barred: dict[int, set[int]] = field(default_factory=dict)  # row → groups that it must stay out of

    def found_groups(self, rows: list[int], likes: Callable[[int], Hashable]) -> None:
        """Rows without a group: one new group for those that are alike."""
        fresh: dict[Hashable, int] = {}
        top = int(max(self.group.max(initial=-1) + 1, self.known))
        for row in rows:
            if self.group[row] < 0:
                self.group[row] = fresh.setdefault(likes(row), top + len(fresh))


def place_keyed(table: pl.DataFrame, index: PatternIndex, constraints: pl.DataFrame | None) -> Arrivals:
    """In, new canonical issues with fingerprints; out, where all go that are no texts (texts: -1, unless
    people said).
    """
    places = Arrivals(table, _keys(table), np.full(table.height, -1, dtype=np.int64), index.group_count)
    _obey(places, index, constraints)
    _place_by_key(places, index)
    _place_bursts(places, index)
    return places


def _keys(table: pl.DataFrame) -> list[str]:
    return table.select(
        pl.when(pl.col("trace_key").is_not_null())
        .then("trace:" + pl.col("trace_key"))
        .when(pl.col("kind") == "machine")
        .then("template:" + pl.col("template_key"))
        .when(pl.col("kind") == "structured")
        .then(pl.lit("burst:"))
        .otherwise(pl.lit("text:"))
        .alias("key")
    )["key"].to_list()


def _obey(places: Arrivals, index: PatternIndex, constraints: pl.DataFrame | None) -> None:
    """New issues that people tied to others go there; groups that they must stay out of are barred."""
    rows = {issue: row for row, issue in enumerate(places.table["issue_id"].to_list())}
    facts = [fact for fact in constraint_rows(constraints) if fact[1] in rows or fact[2] in rows]
    if not facts:
        return
    closure = constraint_closure(constraints)
    spoken = sorted(closure.root)
    known = index.members.filter(pl.col("issue_id").is_in(spoken))
    group_of = dict(known.iter_rows())
    by_core: dict[str, set[int]] = {}
    for issue, group in sorted(group_of.items()):
        by_core.setdefault(closure.find(issue), set()).add(group)
    new = sorted((row, issue) for issue, row in rows.items() if issue in closure.root)
    core_group: dict[str, int] = {core: min(groups) for core, groups in by_core.items()}
    for row, issue in new:
        core = closure.find(issue)
        places.barred[row] = set().union(
            *(by_core.get(other, set()) for other in closure.apart.get(core, ()))
        )
        mates = [other for other in spoken if other != issue and closure.find(other) == core]
        if mates:
            home = core_group.setdefault(core, max([places.known - 1, *core_group.values()]) + 1)
            places.group[row], places.forced[row] = home, mates[0]
        elif core in closure.apart:
            core_group.setdefault(core, max([places.known - 1, *core_group.values()]) + 1)
    _stay_apart(places, closure, new, core_group)


def _stay_apart(
    places: Arrivals, closure: Closure, new: list[tuple[int, str]], core_group: dict[str, int]
) -> None:
    """A new issue apart from another new one gets a group of its own unless it is tied to one."""
    cores = {closure.find(issue) for _, issue in new}
    for row, issue in new:
        core = closure.find(issue)
        if places.group[row] < 0 and closure.apart.get(core, set()) & cores:
            places.group[row] = core_group[core]


def _place_by_key(places: Arrivals, index: PatternIndex) -> None:
    wanted = sorted({key for key in places.keys if not key.endswith(":")})
    if not wanted:
        return
    found = index.keys.filter(pl.col("key").is_in(wanted))
    homes: dict[str, list[int]] = {}
    for key, group in found.sort("key", "group").iter_rows():
        homes.setdefault(key, []).append(group)
    anchors = index.anchors.filter(pl.col("key").is_in(wanted))
    titles = places.table["title"].fill_null("").to_list()
    for row, key in enumerate(places.keys):
        if places.group[row] >= 0 or key not in homes:
            continue
        near = anchors.filter(pl.col("key") == key)
        choices = [_anchored(titles[row], near)] if near.height else []
        open_to = [group for group in [*choices, *homes[key]] if group not in places.barred.get(row, ())]
        if open_to:
            places.group[row] = open_to[0]
    rows = [row for row, key in enumerate(places.keys) if not key.endswith(":")]
    barred = places.barred
    places.found_groups(rows, lambda row: (places.keys[row], row if barred.get(row) else -1))


def _anchored(title: str, near: pl.DataFrame) -> int:
    anchors = [
        Anchor(key, text, stays, row)
        for row, (key, text, stays) in enumerate(near.select("key", "title", "stays").iter_rows())
    ]
    return int(near["group"][nearest_anchor(title, anchors)])


def _place_bursts(places: Arrivals, index: PatternIndex) -> None:
    rows = [row for row, key in enumerate(places.keys) if key == "burst:"]
    if not rows:
        return
    part = places.table[rows].with_columns(
        place_of(places.table[rows]), pl.Series("row", rows, dtype=pl.Int64)
    )
    gap = pl.duration(microseconds=int(MEAN_GAP_DAYS * 86_400_000_000))
    near = (
        part.lazy()
        .join(
            index.bursts.lazy().filter(pl.col("place").is_in(part["place"].drop_nulls().implode())),
            on="place",
        )
        .filter(pl.col("source_created_at").is_between(pl.col("began") - gap, pl.col("ended") + gap))
        .sort("row", "began", "group")
        .unique("row", keep="first", maintain_order=True)
        .select("row", "group")
        .collect()
    )
    keys = dict(zip(rows, burst_keys(places.table[rows]).to_list(), strict=True))
    home: dict[str, int] = {}
    for row, group in near.iter_rows():
        home.setdefault(keys[row], group)
    for row in rows:
        group = home.get(keys[row], -1)
        if places.group[row] < 0 and group not in places.barred.get(row, ()):
            places.group[row] = group
    places.found_groups(rows, lambda row: (keys[row], row if places.barred.get(row) else -1))
