"""Clusters: patterns that belong to one systemic problem, found as communities of the pattern graph."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.cluster_causes import name_clusters
from causeloop_pipeline.analysis.detect.clusters.edges import pattern_edges
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import member_issues, pattern_traits
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import change_followers
from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA

_SEED = 20_240_229


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters (CLUSTER_SCHEMA), their patterns (CLUSTER_MEMBER_SCHEMA) and the graph between patterns (EDGES)."""

    clusters: pl.DataFrame
    members: pl.DataFrame
    edges: pl.DataFrame


def cluster_patterns(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    *,
    previous: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    namespace: str,
    min_strength: float,
) -> Clustering:
    """Join patterns that share services, bursts or contributing factors into clusters with lasting ids.

    In: PATTERNS, MEMBERS, ISSUES; `previous`: frame(cluster_id, pattern_id) of the last run; `changes`:
    frame(changed_at, and if known kind and service); `namespace`: a text that is unique to the
    workspace; `min_strength`: the least strength of an edge, 0 to 1. Out: a Clustering; a cluster has two
    patterns or more, and its id is that of the previous cluster it overlaps most, else new from namespace
    and founding pattern. Raises ValueError when min_strength is outside 0 to 1. Method: edges of
    `pattern_edges`; communities by Leiden with modularity (Traag, Waltman and van Eck, 2019), fixed seed,
    patterns in the order of their ids, so that the order of rows changes nothing.
    """
    if not 0 <= min_strength <= 1:
        raise ValueError(f"min_strength is {min_strength}, but an edge's strength lies between 0 and 1")
    joined = member_issues(members, issues)
    traits = pattern_traits(patterns, joined)
    followers = change_followers(joined, changes)
    edges = pattern_edges(patterns, joined, traits, followers, min_strength=min_strength)
    groups = _communities(edges)
    if not groups:
        return Clustering(
            pl.DataFrame(schema=CLUSTER_SCHEMA), pl.DataFrame(schema=CLUSTER_MEMBER_SCHEMA), edges
        )
    founded = dict(patterns.select("pattern_id", "first_seen_at").iter_rows())
    ids = _cluster_ids(groups, previous, founded, namespace)
    rows = sorted((cluster, pattern) for cluster, group in zip(ids, groups, strict=True) for pattern in group)
    cluster_members = pl.DataFrame(rows, schema=CLUSTER_MEMBER_SCHEMA, orient="row")
    clusters = name_clusters(cluster_members, patterns, traits, followers, edges)
    return Clustering(clusters, cluster_members, edges)


class _SeededChance:
    """The random numbers that igraph asks for, from a seed and from nowhere else."""

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


def _communities(edges: pl.DataFrame) -> list[list[str]]:
    """Groups of two or more pattern ids, each sorted, in the order of their first id."""
    import igraph

    if edges.is_empty():
        return []
    left, right = edges["left_pattern_id"].to_list(), edges["right_pattern_id"].to_list()
    names = sorted({*left, *right})
    places = {name: place for place, name in enumerate(names)}
    pairs = [(places[a], places[b]) for a, b in zip(left, right, strict=True)]
    graph: Any = igraph.Graph(n=len(names), edges=pairs)
    igraph.set_random_number_generator(_SeededChance(_SEED))
    try:
        found = graph.community_leiden("modularity", weights=edges["strength"].to_list(), n_iterations=-1)
    finally:
        igraph.set_random_number_generator(None)
    groups: dict[int, list[str]] = {}
    for name, community in zip(names, found.membership, strict=True):
        groups.setdefault(community, []).append(name)
    return sorted(group for group in groups.values() if len(group) > 1)


def _cluster_ids(
    groups: list[list[str]], previous: pl.DataFrame | None, founded: dict[str, Any], namespace: str
) -> list[str]:
    """The old id where most of the old cluster went; else one from the founding pattern."""
    ids = _inherited(groups, previous)
    taken = {cluster for cluster in ids if cluster}
    result: list[str] = []
    for group, inherited in zip(groups, ids, strict=True):
        cluster = inherited or _new_id(group, founded, namespace, taken)
        taken.add(cluster)
        result.append(cluster)
    return result


def _inherited(groups: list[list[str]], previous: pl.DataFrame | None) -> list[str | None]:
    ids: list[str | None] = [None] * len(groups)
    if previous is None or previous.is_empty():
        return ids
    before: dict[str, list[str]] = {}
    for cluster, pattern in sorted(previous.select("cluster_id", "pattern_id").iter_rows()):
        before.setdefault(pattern, []).append(cluster)
    overlaps: dict[tuple[str, int], int] = {}
    for place, group in enumerate(groups):
        for cluster in (cluster for pattern in group for cluster in before.get(pattern, [])):
            overlaps[cluster, place] = overlaps.get((cluster, place), 0) + 1
    taken: set[str] = set()
    for (cluster, place), _ in sorted(overlaps.items(), key=lambda item: (-item[1], item[0])):
        if ids[place] is None and cluster not in taken:
            ids[place] = cluster
            taken.add(cluster)
    return ids


def _new_id(group: list[str], founded: dict[str, Any], namespace: str, taken: set[str]) -> str:
    space: UUID = uuid5(NAMESPACE_URL, f"causeloop:{namespace}")
    oldest = sorted(group, key=lambda pattern: (str(founded.get(pattern)), pattern))
    options = (str(uuid5(space, f"cluster:{pattern}")) for pattern in oldest)
    free = next((option for option in options if option not in taken), None)
    return free or str(uuid5(space, "cluster:" + " ".join(oldest)))
