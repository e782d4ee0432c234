"""Pattern ids that stay: a pattern is named after its first issue, and keeps its id through every recompute.

When groups change, the older id goes where most of its issues went; where people merged patterns into one,
its id stays. Where the others went is recorded, so
that an old id always resolves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import LINEAGE_SCHEMA
from causeloop_pipeline.model.pattern import LineageKind

_NAMESPACE = UUID("6f2f3c1e-6a3b-5f0e-9d53-0c2a4f5b7e11")


def derive_pattern_id(namespace: str, first_issue: str, attempt: int = 0) -> str:
    """Derives the id of a new pattern.

    In: the workspace, the pattern's first issue, and which attempt this is (an id may be in use). Out: a UUID
    (version 5, RFC 9562), the same in every process.
    """
    name = f"{namespace}\x1f{first_issue}" + (f"\x1f{attempt}" if attempt else "")
    digest = bytearray(
        sha1(_NAMESPACE.bytes + name.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:16]
    )
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


@dataclass(frozen=True, slots=True)
class PatternIds:
    """The id of each group, by group number, and the lineage of earlier ids."""

    pattern_ids: list[str]
    lineage: pl.DataFrame


def assign_pattern_ids(
    first_issues: Sequence[str], members: pl.DataFrame, previous: pl.DataFrame | None, namespace: str
) -> PatternIds:
    """Gives each group its id.

    In: per group its first issue (earliest, then smallest id); `members` (`issue_id`, `group`: UInt32 index
    into first_issues); `PREVIOUS_MEMBER_SCHEMA` (optionally with `is_survivor`: people merged others into the
    pattern); the workspace. Out: ids and `LINEAGE_SCHEMA`: for each earlier pattern and each other pattern
    that took issues of it, how many. An earlier id goes to the group with the larger overlap, a group takes
    the id with the larger overlap, that of a survivor before all others; ties go to the smaller group number,
    then the smaller id.
    """
    if previous is None or previous.height == 0:
        ids = _fill_with_new_ids(first_issues, {}, set(), namespace)
        return PatternIds(ids, pl.DataFrame(schema=LINEAGE_SCHEMA))
    overlap = (
        members.join(previous.select("issue_id", "pattern_id").drop_nulls(), on="issue_id")
        .group_by("pattern_id", "group")
        .len("issues")
        .sort(["issues", "group", "pattern_id"], descending=[True, False, False])
    )
    inherited = _inherit_ids(_sort_survivors_first(overlap, previous))
    earlier_ids = set(previous["pattern_id"].drop_nulls().unique().to_list())
    ids = _fill_with_new_ids(first_issues, inherited, earlier_ids, namespace)
    return PatternIds(ids, _trace_lineage(overlap, ids))


def _sort_survivors_first(overlap: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    if "is_survivor" not in previous.columns:
        return overlap
    survivors = previous.filter("is_survivor")["pattern_id"].unique()
    is_other = ~pl.col("pattern_id").is_in(survivors.implode())
    return overlap.sort(is_other, maintain_order=True)


def _inherit_ids(overlap: pl.DataFrame) -> dict[int, str]:
    """Group → the earlier id that it takes over."""
    inherited: dict[int, str] = {}
    taken: set[str] = set()
    for pattern_id, group, _ in overlap.iter_rows():
        if group not in inherited and pattern_id not in taken:
            inherited[group] = pattern_id
            taken.add(pattern_id)
    return inherited


def _fill_with_new_ids(
    first_issues: Sequence[str], inherited: dict[int, str], earlier_ids: set[str], namespace: str
) -> list[str]:
    """The inherited id of each group, or a new one that was never in use."""
    ids: list[str] = []
    used = set(earlier_ids)
    for group, first_issue in enumerate(first_issues):
        pattern_id = inherited.get(group)
        attempt = 0
        while pattern_id is None:
            candidate = derive_pattern_id(namespace, first_issue, attempt)
            pattern_id = None if candidate in used else candidate
            attempt += 1
        used.add(pattern_id)
        ids.append(pattern_id)
    return ids


def _trace_lineage(overlap: pl.DataFrame, ids: list[str]) -> pl.DataFrame:
    """Where the issues of earlier patterns went that are now in a pattern of another id."""
    new_ids = pl.DataFrame(
        {"group": range(len(ids)), "new_pattern_id": ids}, schema_overrides={"group": pl.UInt32}
    )
    moved = (
        overlap.join(new_ids, on="group")
        .rename({"pattern_id": "old_pattern_id"})
        .with_columns(
            pl.col("old_pattern_id").is_in(pl.col("new_pattern_id").implode()).alias("still_exists"),
            pl.len().over("old_pattern_id").alias("targets"),
        )
        .filter(pl.col("old_pattern_id") != pl.col("new_pattern_id"))
    )
    kind = (
        pl.when(~pl.col("still_exists") & (pl.col("targets") == 1))
        .then(pl.lit(LineageKind.MERGED.value))
        .when(pl.col("new_pattern_id").is_in(pl.col("old_pattern_id").implode()) | ~pl.col("still_exists"))
        .then(pl.lit(LineageKind.REGROUPED.value))
        .otherwise(pl.lit(LineageKind.SPLIT.value))
    )
    reasons = {kind.value: kind.meaning for kind in LineageKind}
    return (
        moved.with_columns(kind.alias("kind"), pl.col("issues").cast(pl.Int64).alias("issue_count"))
        .with_columns(pl.col("kind").replace_strict(reasons, return_dtype=pl.String).alias("reason"))
        .select(LINEAGE_SCHEMA.names())
        .sort("old_pattern_id", "issue_count", "new_pattern_id", descending=[False, True, False])
    )
