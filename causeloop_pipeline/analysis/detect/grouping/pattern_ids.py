"""Ids that stay: a pattern is named after its founding issue, and keeps its name through every recompute.

When groups change, the older id goes where most of its issues went; where the others went is recorded, so
that an old id always resolves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import LINEAGE_SCHEMA

_NAMESPACE = UUID("6f2f3c1e-6a3b-5f0e-9d53-0c2a4f5b7e11")


def founded_id(namespace: str, founder: str, attempt: int = 0) -> str:
    """The id of the pattern that an issue founds: a UUID (version 5, RFC 9562) of workspace and issue."""
    name = f"{namespace}\x1f{founder}" + (f"\x1f{attempt}" if attempt else "")
    digest = bytearray(
        sha1(_NAMESPACE.bytes + name.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:16]
    )
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


@dataclass(frozen=True, slots=True)
class Identities:
    """The id of each group, by group number, and what became of earlier ids."""

    pattern_ids: list[str]
    lineage: pl.DataFrame


def name_groups(
    founders: Sequence[str], members: pl.DataFrame, previous: pl.DataFrame | None, namespace: str
) -> Identities:
    """Gives each group its id.

    In: per group its founding issue (earliest, then smallest id); `members` (`issue_id`, `group`: UInt32
    index into founders); the `PREVIOUS` frame. Out: ids and the `LINEAGE_SCHEMA` frame: for each earlier pattern
    and each other pattern that took issues of it, how many. An earlier id goes to the group with the larger
    overlap, a group takes the id with the larger overlap; ties go to the smaller group number, then the
    smaller id.
    """
    if previous is None or previous.height == 0:
        return Identities(_fresh(founders, {}, set(), namespace), pl.DataFrame(schema=LINEAGE_SCHEMA))
    overlap = (
        members.join(previous.select("issue_id", "pattern_id").drop_nulls(), on="issue_id")
        .group_by("pattern_id", "group")
        .len("issues")
        .sort(["issues", "group", "pattern_id"], descending=[True, False, False])
    )
    kept = _kept(overlap)
    reserved = set(previous["pattern_id"].drop_nulls().unique().to_list())
    ids = _fresh(founders, kept, reserved, namespace)
    return Identities(ids, _lineage(overlap, ids))


def _kept(overlap: pl.DataFrame) -> dict[int, str]:
    by_group: dict[int, str] = {}
    taken: set[str] = set()
    for pattern_id, group, _ in overlap.iter_rows():
        if group not in by_group and pattern_id not in taken:
            by_group[group] = pattern_id
            taken.add(pattern_id)
    return by_group


def _fresh(founders: Sequence[str], kept: dict[int, str], reserved: set[str], namespace: str) -> list[str]:
    ids: list[str] = []
    used = set(reserved)
    for group, founder in enumerate(founders):
        name = kept.get(group)
        attempt = 0
        while name is None:
            name = founded_id(namespace, founder, attempt)
            attempt += 1
            if name in used:
                name = None
        used.add(name)
        ids.append(name)
    return ids


def _lineage(overlap: pl.DataFrame, ids: list[str]) -> pl.DataFrame:
    names = pl.DataFrame(
        {"group": range(len(ids)), "new_pattern_id": ids}, schema_overrides={"group": pl.UInt32}
    )
    moved = (
        overlap.join(names, on="group")
        .rename({"pattern_id": "old_pattern_id"})
        .with_columns(
            pl.col("old_pattern_id").is_in(pl.col("new_pattern_id").implode()).alias("lives"),
            pl.len().over("old_pattern_id").alias("targets"),
        )
        .filter(pl.col("old_pattern_id") != pl.col("new_pattern_id"))
    )
    kind = (
        pl.when(~pl.col("lives") & (pl.col("targets") == 1))
        .then(pl.lit("merged"))
        .when(pl.col("new_pattern_id").is_in(pl.col("old_pattern_id").implode()) | ~pl.col("lives"))
        .then(pl.lit("regrouped"))
        .otherwise(pl.lit("split"))
    )
    text = {
        "merged": "all its issues now belong to a pattern with more of them",
        "regrouped": "some of its issues fit another pattern better",
        "split": "its issues no longer resemble one another enough",
    }
    return (
        moved.with_columns(kind.alias("kind"), pl.col("issues").cast(pl.Int64).alias("issue_count"))
        .with_columns(pl.col("kind").replace_strict(text, return_dtype=pl.String).alias("reason"))
        .select(LINEAGE_SCHEMA.names())
        .sort("old_pattern_id", "issue_count", "new_pattern_id", descending=[False, True, False])
    )
