"""The name and the likely systemic cause of each cluster, from what its patterns share."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.error_families import format_family
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import PLACE_DIMENSIONS
from causeloop_pipeline.model.frames import CLUSTER_SCHEMA


@dataclass(frozen=True, slots=True)
class _SharedTrait:
    """A trait and the number of the cluster's patterns that have it."""

    kind: str
    value: str
    patterns: int


@dataclass(frozen=True, slots=True)
class _ClusterTraits:
    """What the patterns of a cluster share: places, kinds of failure, a change, bursts on the same days."""

    places: Sequence[_SharedTrait]
    failures: Sequence[_SharedTrait]
    change: _SharedTrait | None
    bursting_pairs: int


def name_clusters(
    cluster_members: pl.DataFrame,
    patterns: pl.DataFrame,
    traits: pl.DataFrame,
    post_change: pl.DataFrame,
    edges: pl.DataFrame,
) -> pl.DataFrame:
    """Names each cluster after the place and the kind of failure that at least half of its patterns share.

    In: `CLUSTER_MEMBER_SCHEMA`, `PATTERN_SCHEMA`, the frames of `find_pattern_traits` and
    `find_post_change_patterns`, and `EDGE_SCHEMA`. Out: `CLUSTER_SCHEMA`, sorted by id; `likely_cause` gives
    each shared trait with the number of patterns that have it, rarest first among equals, or else that they
    only burst together.
    """
    counts = cluster_members.join(
        patterns.select("pattern_id", "name", "issue_count"), on="pattern_id", how="left"
    )
    traits_of_cluster = _find_shared_traits(cluster_members, traits)
    change_of_cluster = _find_shared_changes(cluster_members, post_change)
    bursting_pairs = _count_bursting_pairs(cluster_members, edges)
    rows = []
    for (cluster,), group in counts.sort("cluster_id", "pattern_id").group_by(
        "cluster_id", maintain_order=True
    ):
        own_traits = traits_of_cluster.get(cluster, [])
        shared = _ClusterTraits(
            places=[trait for trait in own_traits if trait.kind in PLACE_DIMENSIONS],
            failures=[trait for trait in own_traits if trait.kind not in PLACE_DIMENSIONS],
            change=change_of_cluster.get(cluster),
            bursting_pairs=bursting_pairs.get(cluster, 0),
        )
        issue_count = int(group["issue_count"].fill_null(0).sum())
        cause = _describe_cause(shared, group.height, issue_count)
        rows.append((cluster, _name_cluster(shared, group), cause, group.height, issue_count))
    return pl.DataFrame(rows, schema=CLUSTER_SCHEMA, orient="row")


def _find_shared_traits(cluster_members: pl.DataFrame, traits: pl.DataFrame) -> dict[str, list[_SharedTrait]]:
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
    result: dict[str, list[_SharedTrait]] = {}
    for cluster, kind, value, count in counted.select("cluster_id", "kind", "value", "patterns").iter_rows():
        result.setdefault(cluster, []).append(_SharedTrait(kind, value, count))
    return result


def _find_shared_changes(cluster_members: pl.DataFrame, post_change: pl.DataFrame) -> dict[str, _SharedTrait]:
    """The kind of change that most patterns of a cluster follow, and never fewer than two."""
    counted = (
        cluster_members.join(post_change, on="pattern_id")
        .group_by("cluster_id", "kind", "service")
        .agg(pl.len().cast(pl.Int64).alias("patterns"))
        .filter(pl.col("patterns") >= 2)
        .sort("cluster_id", -pl.col("patterns"), "kind", "service")
        .unique("cluster_id", keep="first", maintain_order=True)
    )
    return {
        cluster: _SharedTrait("change", f"{kind} of {service}" if service else kind, count)
        for cluster, kind, service, count in counted.iter_rows()
    }


def _count_bursting_pairs(cluster_members: pl.DataFrame, edges: pl.DataFrame) -> dict[str, int]:
    """How many pairs of a cluster's patterns burst on the same days."""
    sides = [
        cluster_members.rename({"pattern_id": f"{side}_pattern_id", "cluster_id": f"{side}_cluster"})
        for side in ("left", "right")
    ]
    kinds = pl.col("reasons").list.eval(pl.element().struct.field("kind"))
    inside = (
        edges.filter(kinds.list.contains("overlapping_bursts"))
        .join(sides[0], on="left_pattern_id")
        .join(sides[1], on="right_pattern_id")
        .filter(pl.col("left_cluster") == pl.col("right_cluster"))
    )
    return dict(inside.group_by("left_cluster").agg(pl.len()).iter_rows())


def _name_cluster(shared: _ClusterTraits, group: pl.DataFrame) -> str:
    failure = _name_failure(shared.failures[0]) if shared.failures else ""
    if shared.places:
        return f"{failure or 'Failures'} in {shared.places[0].value}"
    if shared.change:
        return f"{failure or 'Failures'} after a {shared.change.value}"
    if failure:
        return failure
    largest = group.sort(-pl.col("issue_count").fill_null(0), "pattern_id").row(0, named=True)
    return f"Bursts together with: {largest['name'] or 'an unnamed pattern'}"


def _name_failure(trait: _SharedTrait) -> str:
    if trait.kind == "error_type":
        return trait.value
    title = format_family(trait.value)
    return f"{title[0].upper()}{title[1:]} failures"


def _describe_cause(shared: _ClusterTraits, size: int, issue_count: int) -> str:
    parts = [
        f"{trait.patterns} of {size} patterns share {trait.kind} {trait.value}" for trait in shared.places[:2]
    ]
    parts += [f"{trait.patterns} of {size} are {_name_failure(trait)}" for trait in shared.failures[:2]]
    if change := shared.change:
        parts.append(f"{change.patterns} of {size} break out within 12 hours after a {change.value}")
    if pairs := shared.bursting_pairs:
        parts.append(f"{pairs} pair{'s' if pairs > 1 else ''} burst on the same days beyond chance")
    if not parts:
        parts.append(f"{size} patterns are joined in pairs, but no single trait is common to half of them")
    return f"{'; '.join(parts)} ({issue_count} issues in all)."
