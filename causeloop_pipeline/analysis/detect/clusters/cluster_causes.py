"""What a cluster is about: its name and likely systemic cause, from what its patterns share."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.error_families import family_title
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import WHERE
from causeloop_pipeline.model.frames import CLUSTER_SCHEMA


@dataclass(frozen=True, slots=True)
class _Shared:
    """A trait and the number of the cluster's patterns that have it."""

    kind: str
    value: str
    patterns: int


def name_clusters(
    cluster_members: pl.DataFrame,
    patterns: pl.DataFrame,
    traits: pl.DataFrame,
    followers: pl.DataFrame,
    edges: pl.DataFrame,
) -> pl.DataFrame:
    """Name each cluster after the place and the kind of failure that at least half of its patterns share.

    In: CLUSTER_MEMBERS, PATTERNS, the frames of `pattern_traits` and `change_followers`, and EDGES. Out:
    CLUSTER_SCHEMA, sorted by id; `likely_cause` gives each shared trait with the number of patterns behind it,
    rarest first among equals, and says so when nothing but time joins them.
    """
    counts = cluster_members.join(
        patterns.select("pattern_id", "name", "issue_count"), on="pattern_id", how="left"
    )
    shared = _shared_traits(cluster_members, traits)
    changes = _shared_changes(cluster_members, followers)
    bursts = _bursting_pairs(cluster_members, edges)
    rows = []
    for (cluster,), group in counts.sort("cluster_id", "pattern_id").group_by(
        "cluster_id", maintain_order=True
    ):
        size = group.height
        where = [trait for trait in shared.get(cluster, []) if trait.kind in WHERE]
        what = [trait for trait in shared.get(cluster, []) if trait.kind not in WHERE]
        name = _name(where, what, changes.get(cluster), group)
        issue_count = int(group["issue_count"].fill_null(0).sum())
        cause = _cause(where, what, changes.get(cluster), bursts.get(cluster, 0), size, issue_count)
        rows.append((cluster, name, cause, size, issue_count))
    return pl.DataFrame(rows, schema=CLUSTER_SCHEMA, orient="row")


def _shared_traits(cluster_members: pl.DataFrame, traits: pl.DataFrame) -> dict[str, list[_Shared]]:
    """Traits that at least half of a cluster's patterns have, and never fewer than two."""
    sizes = cluster_members.group_by("cluster_id").agg(pl.len().alias("size"))
    spread = traits.group_by("kind", "value").agg(pl.len().alias("everywhere"))
    counted = (
        cluster_members.join(traits, on="pattern_id")
        .group_by("cluster_id", "kind", "value")
        .agg(pl.len().cast(pl.Int64).alias("patterns"))
        .join(sizes, on="cluster_id")
        .join(spread, on=["kind", "value"])
        .filter((pl.col("patterns") >= 2) & (pl.col("patterns") * 2 >= pl.col("size")))
        .sort("cluster_id", -pl.col("patterns"), "everywhere", "kind", "value")
    )
    result: dict[str, list[_Shared]] = {}
    for cluster, kind, value, count in counted.select("cluster_id", "kind", "value", "patterns").iter_rows():
        result.setdefault(cluster, []).append(_Shared(kind, value, count))
    return result


def _shared_changes(cluster_members: pl.DataFrame, followers: pl.DataFrame) -> dict[str, _Shared]:
    counted = (
        cluster_members.join(followers, on="pattern_id")
        .group_by("cluster_id", "kind", "service")
        .agg(pl.len().cast(pl.Int64).alias("patterns"))
        .filter(pl.col("patterns") >= 2)
        .sort("cluster_id", -pl.col("patterns"), "kind", "service")
        .unique("cluster_id", keep="first", maintain_order=True)
    )
    return {
        cluster: _Shared("change", f"{kind} of {service}" if service else kind, count)
        for cluster, kind, service, count in counted.iter_rows()
    }


def _bursting_pairs(cluster_members: pl.DataFrame, edges: pl.DataFrame) -> dict[str, int]:
    sides = [
        cluster_members.rename({"pattern_id": f"{side}_pattern_id", "cluster_id": f"{side}_cluster"})
        for side in ("left", "right")
    ]
    inside = (
        edges.filter(pl.col("reasons").str.contains("overlapping_bursts", literal=True))
        .join(sides[0], on="left_pattern_id")
        .join(sides[1], on="right_pattern_id")
        .filter(pl.col("left_cluster") == pl.col("right_cluster"))
    )
    return dict(inside.group_by("left_cluster").agg(pl.len()).iter_rows())


def _name(
    where: Sequence[_Shared], what: Sequence[_Shared], change: _Shared | None, group: pl.DataFrame
) -> str:
    failure = _failure(what[0]) if what else ""
    if where:
        place = f"{where[0].value}"
        return f"{failure} in {place}" if failure else f"Failures in {place}"
    if change:
        return f"{failure or 'Failures'} after a {change.value}"
    if failure:
        return failure
    largest = group.sort(-pl.col("issue_count").fill_null(0), "pattern_id").row(0, named=True)
    return f"Bursts together with: {largest['name'] or 'an unnamed pattern'}"


def _failure(trait: _Shared) -> str:
    if trait.kind == "error_type":
        return trait.value
    title = family_title(trait.value)
    return f"{title[0].upper()}{title[1:]} failures"


def _cause(
    where: Sequence[_Shared],
    what: Sequence[_Shared],
    change: _Shared | None,
    bursts: int,
    size: int,
    issue_count: int,
) -> str:
    parts = [f"{trait.patterns} of {size} patterns share {trait.kind} {trait.value}" for trait in where[:2]]
    parts += [f"{trait.patterns} of {size} are {_failure(trait)}" for trait in what[:2]]
    if change:
        parts.append(f"{change.patterns} of {size} break out within 12 hours after a {change.value}")
    if bursts:
        parts.append(f"{bursts} pair{'s' if bursts > 1 else ''} burst on the same days beyond chance")
    if not parts:
        parts.append(f"{size} patterns are joined in pairs, but no single trait is common to half of them")
    return f"{'; '.join(parts)} ({issue_count} issues in all)."
