"""Assigns new issues by user constraints, by key (template or stack trace), and by place and time."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import leads_copies
from causeloop_pipeline.analysis.detect.grouping.atoms import SplitReference, find_nearest_split_reference
from causeloop_pipeline.analysis.detect.grouping.bursts import (
    MEAN_GAP_DAYS,
    build_place_keys,
    find_burst_keys,
)
from causeloop_pipeline.analysis.detect.grouping.constraints import (
    Closure,
    build_closure,
    sort_constraints,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.repeated_errors import are_errors
from causeloop_pipeline.analysis.detect.grouping.storms import (
    MIN_SILENCE_SECONDS,
    name_storm_place,
    split_storms,
)
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRows, join_copy_keys, weigh_frames

_KEY = (
    pl.when(pl.col("kind") == "machine")
    .then("template:" + pl.col("template_key"))
    .when(pl.col("kind") == "structured")
    .then(pl.lit("burst:"))
    .otherwise(pl.lit("text:"))
    .alias("key")
)


@dataclass(slots=True)
class NewIssuePlacement:
    """The group of each new issue: numbers below `index_group_count` are groups of the index, others are new,
    -1 is none yet.
    """

    table: pl.DataFrame
    keys: list[str]  # template:…, copy:…, error:…, burst:, storm: or text:
    group: Ints
    index_group_count: int
    linked_to: dict[int, str] = field(default_factory=dict)  # row → the issue that a user linked it with
    excluded_groups: dict[int, set[int]] = field(default_factory=dict)  # row → groups it must stay out of

    @property
    def next_group(self) -> int:
        """The smallest number that no group has yet."""
        return int(max(self.group.max(initial=-1) + 1, self.index_group_count))

    def create_groups(self, rows: list[int], key_of_row: Callable[[int], Hashable]) -> None:
        """Put rows without a group into new ones, one for each key."""
        first = self.next_group
        created: dict[Hashable, int] = {}
        for row in rows:
            if self.group[row] < 0:
                self.group[row] = created.setdefault(key_of_row(row), first + len(created))

    def separation_key(self, row: int) -> int:
        """The row itself where it must stay out of a group and so needs a group of its own; else -1."""
        return row if self.excluded_groups.get(row) else -1


def place_by_key(
    table: pl.DataFrame, index: PatternIndex, constraints: pl.DataFrame | None
) -> NewIssuePlacement:
    """Places new issues that are not texts.

    In: new canonical issues with fingerprints, the index, `CONSTRAINT_SCHEMA` or None. Out: the group of each
    issue; texts have none yet (-1) unless a constraint decides. Raises `ContradictionError`.
    """
    placement = NewIssuePlacement(
        table=table,
        keys=_read_keys(table, index),
        group=np.full(table.height, -1, dtype=np.int64),
        index_group_count=index.group_count,
    )
    _place_by_constraints(placement, index, constraints)
    _place_by_template_or_copy(placement, index)
    _place_by_burst(placement, index)
    _place_by_storm(placement, index)
    return placement


def _read_keys(table: pl.DataFrame, index: PatternIndex) -> list[str]:
    """The key of each new issue; a stack trace is one only where the index knows it for a cause."""
    keys = _read_error_keys(table, _read_title_keys(table, index), index)
    if index.bursts.height:
        is_at_storm = name_storm_place().is_in(index.bursts["place"].implode())
        is_alert = table.select(is_at_storm & pl.col("source_created_at").is_not_null()).to_series()
        keys = ["storm:" if of_storm else key for of_storm, key in zip(is_alert, keys, strict=True)]
    if index.copy_similarity == 0.0:
        return keys
    _, copy_keys = weigh_frames(FrameRows.of(table), index.lexicon.frames, table.height)
    indexed_copies = set(index.keys.filter(pl.col("key").str.starts_with("copy:"))["key"].to_list())
    of_stack = pl.Series(copy_keys, dtype=pl.String)
    with_title = join_copy_keys(of_stack, table["title"])
    return [
        next((f"copy:{own}" for own in own_keys if key == "text:" and f"copy:{own}" in indexed_copies), key)
        for key, own_keys in zip(keys, zip(of_stack, with_title, strict=True), strict=True)
    ]


def _read_title_keys(table: pl.DataFrame, index: PatternIndex) -> list[str]:
    """The key of each new issue by its title alone; that of a text is one only where another issue has it."""
    keys = table.select(_KEY)["key"].to_list()
    copied = table.select(pl.when(leads_copies()).then("template:" + pl.col("title_key")))
    title_keys = copied.to_series().to_list()
    rows_of_key = Counter(title_keys)
    own = sorted(key for key in rows_of_key if key is not None)
    if not own:
        return keys
    indexed = set(select_rows(index.keys, "key", own)["key"].to_list())
    return [
        title_key if title_key is not None and (title_key in indexed or rows_of_key[title_key] > 1) else key
        for key, title_key in zip(keys, title_keys, strict=True)
    ]


def _read_error_keys(table: pl.DataFrame, keys: list[str], index: PatternIndex) -> list[str]:
    """The key of each new issue; an error is one only where another issue is that error."""
    errors = table["error_key"].to_list()
    rows_of_key = Counter(errors)
    own = sorted(key for key in rows_of_key if key is not None)
    if not own:
        return keys
    indexed = set(select_rows(index.keys, "key", own)["key"].to_list())
    again = [key for key in own if key in indexed or rows_of_key[key] > 1]
    repeated = table.filter(pl.col("error_key").is_in(again))
    confirmed = set(repeated.filter(are_errors(repeated))["error_key"].to_list())
    return [
        error if key == "text:" and error in confirmed else key
        for key, error in zip(keys, errors, strict=True)
    ]


def _place_by_constraints(
    placement: NewIssuePlacement, index: PatternIndex, constraints: pl.DataFrame | None
) -> None:
    """Places issues that users linked with others, and notes the groups that issues must stay out of."""
    row_of_issue = {issue: row for row, issue in enumerate(placement.table["issue_id"].to_list())}
    concerns_new = any(
        left in row_of_issue or right in row_of_issue for _, left, right in sort_constraints(constraints)
    )
    if not concerns_new:
        return
    closure = build_closure(constraints)
    constrained = sorted(closure.root)
    new = sorted((row, issue) for issue, row in row_of_issue.items() if issue in closure.root)

    groups_of_core = _groups_by_core(index, closure, constrained)
    home_of_core = {core: min(groups) for core, groups in groups_of_core.items()}
    for row, issue in new:
        core = closure.find(issue)
        separated = closure.apart.get(core, ())
        placement.excluded_groups[row] = set().union(
            *(groups_of_core.get(other, set()) for other in separated)
        )
        next_group = max([placement.index_group_count - 1, *home_of_core.values()]) + 1
        partners = [other for other in constrained if other != issue and closure.find(other) == core]
        if partners:
            placement.group[row] = home_of_core.setdefault(core, next_group)
            placement.linked_to[row] = partners[0]
        elif core in closure.apart:
            home_of_core.setdefault(core, next_group)
    _separate_new_issues(placement, closure, new, home_of_core)


def _groups_by_core(index: PatternIndex, closure: Closure, constrained: list[str]) -> dict[str, set[int]]:
    """The issue that stands for a must-link group → the groups of the index that hold issues of it."""
    indexed = index.members.filter(pl.col("issue_id").is_in(constrained))
    groups: dict[str, set[int]] = {}
    for issue, group in sorted(dict(indexed.iter_rows()).items()):
        groups.setdefault(closure.find(issue), set()).add(group)
    return groups


def _separate_new_issues(
    placement: NewIssuePlacement, closure: Closure, new: list[tuple[int, str]], home_of_core: dict[str, int]
) -> None:
    """New issues that must stay apart get groups of their own, unless they are linked to one."""
    new_cores = {closure.find(issue) for _, issue in new}
    for row, issue in new:
        core = closure.find(issue)
        if placement.group[row] < 0 and closure.apart.get(core, set()) & new_cores:
            placement.group[row] = home_of_core[core]


def _place_by_template_or_copy(placement: NewIssuePlacement, index: PatternIndex) -> None:
    keyed_rows = [row for row, key in enumerate(placement.keys) if not key.endswith(":")]
    if not keyed_rows:
        return
    keys = sorted({placement.keys[row] for row in keyed_rows})
    groups_of_key: dict[str, list[int]] = {}
    for key, group in sorted(select_rows(index.keys, "key", keys).iter_rows()):
        groups_of_key.setdefault(key, []).append(group)

    split = select_rows(index.split_references, "key", keys)
    references = split.partition_by("key", as_dict=True) if split.height else {}
    titles = placement.table["title"].to_list()
    for row, key in enumerate(placement.keys):
        if placement.group[row] >= 0 or key not in groups_of_key:
            continue
        own_references = references.get((key,))
        preferred = (
            [] if own_references is None else [_group_of_nearest_reference(titles[row] or "", own_references)]
        )
        excluded = placement.excluded_groups.get(row, ())
        allowed = [group for group in [*preferred, *groups_of_key[key]] if group not in excluded]
        if allowed:
            placement.group[row] = allowed[0]
    placement.create_groups(keyed_rows, lambda row: (placement.keys[row], placement.separation_key(row)))


def _group_of_nearest_reference(title: str, references: pl.DataFrame) -> int:
    candidates = [
        SplitReference(key, text, stays, row)
        for row, (key, text, stays) in enumerate(references.select("key", "title", "stays").iter_rows())
    ]
    return int(references["group"][find_nearest_split_reference(title, candidates)])


def _place_by_burst(placement: NewIssuePlacement, index: PatternIndex) -> None:
    """Incidents without text join a burst of the index at their place and time, else form new ones."""
    rows = [row for row, key in enumerate(placement.keys) if key == "burst:"]
    if not rows:
        return
    incidents = placement.table[rows]
    burst_of_row = dict(zip(rows, find_burst_keys(incidents).to_list(), strict=True))
    group_of_burst: dict[str, int] = {}
    for row, group in _find_bursts_nearby(incidents, rows, index).iter_rows():
        group_of_burst.setdefault(burst_of_row[row], group)

    for row in rows:
        group = group_of_burst.get(burst_of_row[row], -1)
        if placement.group[row] < 0 and group not in placement.excluded_groups.get(row, ()):
            placement.group[row] = group
    placement.create_groups(rows, lambda row: (burst_of_row[row], placement.separation_key(row)))


def _find_bursts_nearby(incidents: pl.DataFrame, rows: list[int], index: PatternIndex) -> pl.DataFrame:
    """Frame(row, group): the first burst of the index that was going on at the place of each incident."""
    placed = incidents.with_columns(build_place_keys(incidents), pl.Series("row", rows, dtype=pl.Int64))
    gap = pl.duration(microseconds=int(MEAN_GAP_DAYS * 86_400_000_000))
    bursts = index.bursts.lazy().filter(pl.col("place").is_in(placed["place"].drop_nulls().implode()))
    return (
        placed.lazy()
        .join(bursts, on="place")
        .filter(pl.col("source_created_at").is_between(pl.col("began") - gap, pl.col("ended") + gap))
        .sort("row", "began", "group")
        .unique("row", keep="first", maintain_order=True)
        .select("row", "group")
        .collect()
    )


def _place_by_storm(placement: NewIssuePlacement, index: PatternIndex) -> None:
    """New alerts join the storm that goes on at their source, else form new ones."""
    rows = [row for row, key in enumerate(placement.keys) if key == "storm:"]
    if not rows:
        return
    alerts = placement.table[rows].with_columns(pl.Series("row", rows), name_storm_place())
    silence = pl.duration(microseconds=int(MIN_SILENCE_SECONDS * 1e6))
    for place in sorted(alerts["place"].unique().to_list()):
        own = alerts.filter(pl.col("place") == place).sort("source_created_at", "issue_id")
        seconds = (own["source_created_at"].dt.epoch("us") / 1e6).to_numpy()
        own = own.with_columns(pl.Series("storm", split_storms(seconds)))
        stored_bursts = index.bursts.filter(pl.col("place") == place)
        for (storm,), flood in own.group_by("storm", maintain_order=True):
            began, ended = flood["source_created_at"].min(), flood["source_created_at"].max()
            going_on = stored_bursts.filter(
                (pl.col("began") - silence <= ended) & (pl.col("ended") + silence >= began)
            ).sort("began", "group")
            for row in flood["row"].to_list():
                excluded = placement.excluded_groups.get(row, ())
                allowed = [group for group in going_on["group"].to_list() if group not in excluded]
                if placement.group[row] < 0 and allowed:
                    placement.group[row] = allowed[0]
            placement.create_groups(flood["row"].to_list(), partial(_key_of_storm, placement, (place, storm)))


def _key_of_storm(placement: NewIssuePlacement, storm: tuple[str, object], row: int) -> Hashable:
    return (*storm, placement.separation_key(row))
