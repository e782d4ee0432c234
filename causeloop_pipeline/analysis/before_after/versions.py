"""Which recurrences ran a version from before the fix: they neither count against it nor reopen."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

_SEMVER = re.compile(r"^(?:.*[@/ ])?v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$")


class VersionOrder(Enum):
    """Where a version stands to the one that a fix came in."""

    EARLIER = "earlier"
    LATER = "the same or later"
    UNKNOWN = "unknown"


def parse_version(text: str) -> tuple[int, int, int, bool, tuple[tuple[int, int, str], ...]] | None:
    """A semantic version as something that sorts, by the rules of semver.org §11; None: it is not one.

    In: such as 1.4.0, v1.4, checkout@1.4.0-rc.1+build. A name before @, / or a space is left out.
    """
    match = _SEMVER.match(text.strip())
    if not match:
        return None
    major, minor, patch, before = match.groups()
    parts = (before or "").split(".") if before else []
    rank = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
    return int(major), int(minor), int(patch or 0), not parts, rank


def compare_versions(
    version: str | None, fixed_in: str, *, seen_at: Mapping[str, datetime], fixed_at: datetime
) -> VersionOrder:
    """Say whether a version is from before a fix.

    In: the version that failed, the one that the fix came in, when each version was first seen, the fix. Out:
    by date first: what was seen before the fix cannot hold it, whatever number it gives itself (999.9.9).
    Else by semantic version where both are one; else unknown.
    """
    if version is None:
        return VersionOrder.UNKNOWN
    if version == fixed_in:
        return VersionOrder.LATER
    left, right = parse_version(version), parse_version(fixed_in)
    if version in seen_at and seen_at[version] < fixed_at:
        return VersionOrder.EARLIER
    if left is None or right is None:
        return VersionOrder.UNKNOWN
    return VersionOrder.EARLIER if left < right else VersionOrder.LATER


def find_earlier_versions(fixes: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """The occurrences since each fix that ran a version from before it.

    In: fixes: frame(recommendation_id, pattern_id, fixed_at, fixed_in); versions: frame(pattern_id,
    occurred_at, version) of their patterns. Out: frame(recommendation_id, pattern_id, occurred_at). A fix
    without a version ignores nothing, and what occurred without one counts.
    """
    versioned = versions.drop_nulls("version")
    rows = []
    for fix in fixes.drop_nulls("fixed_in").iter_rows(named=True):
        fixed_in, fixed_at = fix["fixed_in"], fix["fixed_at"]
        own = versioned.filter(pl.col("pattern_id") == fix["pattern_id"])
        seen_at = dict(own.group_by("version").agg(pl.col("occurred_at").min()).iter_rows())
        earlier = [
            version
            for version in seen_at
            if compare_versions(version, fixed_in, seen_at=seen_at, fixed_at=fixed_at) is VersionOrder.EARLIER
        ]
        later = own.filter((pl.col("occurred_at") > fixed_at) & pl.col("version").is_in(earlier))
        rows += [(fix["recommendation_id"], fix["pattern_id"], at) for at in later["occurred_at"]]
    schema = pl.Schema({"recommendation_id": pl.String(), "pattern_id": pl.String(), "occurred_at": INSTANT})
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("pattern_id", "occurred_at")
