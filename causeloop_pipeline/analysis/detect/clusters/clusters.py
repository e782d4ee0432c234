"""Clusters: patterns of one systemic problem, found as communities of the pattern graph."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.cluster_causes import name_clusters
from causeloop_pipeline.analysis.detect.clusters.edges import build_pattern_edges
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    find_pattern_traits,
    join_member_issues,
    list_active_days,
)
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import find_post_change_patterns
from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA

_SEED = 20_240_229
_KIND = pl.element().struct.field("kind")
_HAS_MORE_THAN_A_PLACE = pl.col("reasons").list.eval(~_KIND.is_in(["service", "team"])).list.any()


@dataclass(frozen=True, slots=True)
class PatternClusters:
    """`CLUSTER_SCHEMA`, the patterns in them (`CLUSTER_MEMBER_SCHEMA`) and the graph (`EDGE_SCHEMA`)."""

    clusters: pl.DataFrame
    members: pl.DataFrame
    edges: pl.DataFrame


@dataclass(frozen=True, slots=True)
class PatternFacts:
    """Of each pattern: the frames of `find_pattern_traits`, `list_active_days` and
    `find_post_change_patterns`.
    """

    traits: pl.DataFrame
    active_days: pl.DataFrame
    post_change: pl.DataFrame


def cluster_patterns(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    *,
    previous: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    namespace: str,
    min_strength: float,
) -> PatternClusters:
    """Joins patterns that share services, bursts or contributing factors into clusters whose ids stay.

    In: `PATTERN_SCHEMA`, `MEMBER_SCHEMA`, `ISSUE_SCHEMA`; `previous`: frame(cluster_id, pattern_id) of the
    last run; `changes`: frame(changed_at, and if known kind and service); `namespace`: a text that is unique
    to the workspace; `min_strength` of an edge, 0 to 1. Out: clusters of two or more patterns, which more
    than a service or team ties together; the id of a cluster is that of the previous one it overlaps most,
    else a new one of namespace and first pattern. Raises ValueError when min_strength is outside 0 to 1.
    Method: edges of `build_pattern_edges`; communities by Leiden with modularity (Traag, Waltman and van Eck,
    2019), fixed seed, patterns in the order of their ids, so that the order of rows changes nothing.
    """
    member_issues = join_member_issues(members, issues)
    facts = PatternFacts(
        find_pattern_traits(patterns, member_issues),
        list_active_days(member_issues),
        find_post_change_patterns(member_issues, changes),
    )
    return cluster_by_facts(
        patterns, facts, previous=previous, namespace=namespace, min_strength=min_strength
    )


def cluster_by_facts(
    patterns: pl.DataFrame,
    facts: PatternFacts,
    *,
    previous: pl.DataFrame | None = None,
    namespace: str,
    min_strength: float,
) -> PatternClusters:
    """Joins patterns into clusters by what is known of each, as `cluster_patterns` does."""
    if not 0 <= min_strength <= 1:
        raise ValueError(f"min_strength is {min_strength}, but an edge's strength lies between 0 and 1")
    traits, post_change = facts.traits, facts.post_change
    edges = build_pattern_edges(patterns, facts.active_days, traits, post_change, min_strength=min_strength)
    groups = _find_communities(edges.filter(_HAS_MORE_THAN_A_PLACE))
    if not groups:
        return PatternClusters(
            pl.DataFrame(schema=CLUSTER_SCHEMA), pl.DataFrame(schema=CLUSTER_MEMBER_SCHEMA), edges
        )
    first_seen = dict(patterns.select("pattern_id", "first_seen_at").iter_rows())
    ids = _assign_cluster_ids(groups, previous, first_seen, namespace)
    rows = sorted((cluster, pattern) for cluster, group in zip(ids, groups, strict=True) for pattern in group)
    cluster_members = pl.DataFrame(rows, schema=CLUSTER_MEMBER_SCHEMA, orient="row")
    clusters = name_clusters(cluster_members, patterns, traits, post_change, edges)
    return PatternClusters(clusters, cluster_members, edges)


class _SeededRandom:
    """The random numbers that igraph needs, from a seed only."""

    def __init__(self, seed: int) -> None:
        import numpy as np

        self._numbers = np.random.default_rng(seed)

    def random(self) -> float:
        return float(self._numbers.random())

    def randint(self, low: int, high: int) -> int:
        return int(self._numbers.integers(low, high, endpoint=True))

    def gauss(self, mean: float, deviation: float) -> float:
        return float(self._numbers.normal(mean, deviation))

    def getrandbits(self, count: int) -> int:
        return int.from_bytes(self._numbers.bytes((count + 7) // 8), "big") >> (-count % 8)


def _find_communities(edges: pl.DataFrame) -> list[list[str]]:
    """Groups of two or more pattern ids, each sorted, in the order of their first id."""
    import igraph

    if edges.is_empty():
        return []
    left, right = edges["left_pattern_id"].to_list(), edges["right_pattern_id"].to_list()
    names = sorted({*left, *right})
    vertex = {name: number for number, name in enumerate(names)}
    pairs = [(vertex[a], vertex[b]) for a, b in zip(left, right, strict=True)]
    graph: Any = igraph.Graph(n=len(names), edges=pairs)
    igraph.set_random_number_generator(_SeededRandom(_SEED))
    try:
        communities = graph.community_leiden(
            "modularity", weights=edges["strength"].to_list(), n_iterations=-1
        )
    finally:
        igraph.set_random_number_generator(None)
    groups: dict[int, list[str]] = {}
    for name, community in zip(names, communities.membership, strict=True):
        groups.setdefault(community, []).append(name)
    return sorted(group for group in groups.values() if len(group) > 1)


def _assign_cluster_ids(
    groups: list[list[str]], previous: pl.DataFrame | None, first_seen: dict[str, Any], namespace: str
) -> list[str]:
    """The previous id where most of that cluster went; else one from the pattern that was seen first."""
    inherited_ids = _inherit_ids(groups, previous)
    taken = {cluster for cluster in inherited_ids if cluster}
    ids: list[str] = []
    for group, inherited in zip(groups, inherited_ids, strict=True):
        cluster = inherited or _derive_id(group, first_seen, namespace, taken)
        taken.add(cluster)
        ids.append(cluster)
    return ids


def _inherit_ids(groups: list[list[str]], previous: pl.DataFrame | None) -> list[str | None]:
    """Per group, the id of the previous cluster that it overlaps most, each id once; None for none."""
    ids: list[str | None] = [None] * len(groups)
    if previous is None or previous.is_empty():
        return ids
    clusters_of_pattern: dict[str, list[str]] = {}
    for cluster, pattern in sorted(previous.select("cluster_id", "pattern_id").iter_rows()):
        clusters_of_pattern.setdefault(pattern, []).append(cluster)
    overlaps: dict[tuple[str, int], int] = {}
    for place, group in enumerate(groups):
        for pattern in group:
            for cluster in clusters_of_pattern.get(pattern, []):
                overlaps[cluster, place] = overlaps.get((cluster, place), 0) + 1
    taken: set[str] = set()
    for (cluster, place), _ in sorted(overlaps.items(), key=lambda item: (-item[1], item[0])):
        if ids[place] is None and cluster not in taken:
            ids[place] = cluster
            taken.add(cluster)
    return ids


def _derive_id(group: list[str], first_seen: dict[str, Any], namespace: str, taken: set[str]) -> str:
    """An id from the pattern that was seen first, or the next one where that id is taken."""
    id_space: UUID = uuid5(NAMESPACE_URL, f"causeloop:{namespace}")
    oldest_first = sorted(group, key=lambda pattern: (str(first_seen.get(pattern)), pattern))
    candidates = (str(uuid5(id_space, f"cluster:{pattern}")) for pattern in oldest_first)
    free = next((candidate for candidate in candidates if candidate not in taken), None)
    return free or str(uuid5(id_space, "cluster:" + " ".join(oldest_first)))
