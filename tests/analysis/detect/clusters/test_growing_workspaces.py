"""A systemic cause is found among 500 patterns and among 20,000: strength does not fall with their number."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.clusters.clusters import PatternClusters, cluster_patterns
from causeloop_pipeline.analysis.detect.clusters.edges import MAX_DEGREE
from causeloop_pipeline.model.frames import ISSUE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA
from tests.support.pattern_frames import START

SERVICES, ERROR_TYPES, YEAR = 40, 60, 365
CAUSES, PATTERNS_OF_CAUSE, ISSUES = 6, 6, 12
MIN_FOUND = 5  # of the six patterns of a cause
MAX_STRANGERS = 6  # beside them: by chance others fail alike in the same service

World = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def plant_causes(patterns: int, seed: int) -> World:
    """Patterns of 40 services that fail on days of their own, but for six at a time that share a cause.

    Of an even cause the patterns are of one service and fail alike on the same days; those of an odd one are
    of any service and fail on the same days, in words that tell no kind of failure, as half of all do.
    """
    rng = np.random.default_rng(seed)
    planted = CAUSES * PATTERNS_OF_CAUSE
    cause = np.arange(planted) // PATTERNS_OF_CAUSE
    service = rng.integers(0, SERVICES, patterns)
    error_type = rng.integers(-ERROR_TYPES, ERROR_TYPES, patterns)
    days = rng.uniform(0, YEAR, (patterns, ISSUES))
    is_of_one_service = cause % 2 == 0
    service[:planted][is_of_one_service] = cause[is_of_one_service]
    error_type[:planted] = np.where(is_of_one_service, cause, -1)
    days_of_cause = np.floor(rng.uniform(0, YEAR, (CAUSES, ISSUES)))
    days[:planted] = days_of_cause[cause] + rng.random((planted, ISSUES)) / 4

    ids = [f"p{number:05d}" for number in rng.permutation(patterns)]
    names = pl.DataFrame({"pattern_id": ids, "service": service, "error_type": error_type})
    issues = names.with_columns(
        pl.Series("source_created_at", (days * 86_400_000_000).astype(np.int64), pl.List(pl.Int64))
    ).explode("source_created_at")
    issues = issues.with_columns(
        issue_id=pl.format("i{}", pl.int_range(pl.len())),
        title=pl.lit("it broke"),
        service=pl.format("service-{}", "service"),
        error_type=pl.when(pl.col("error_type") >= 0).then(pl.format("Error{}", "error_type")),
        source_created_at=pl.lit(START) + pl.duration(microseconds="source_created_at"),
    )
    members = _with_schema(issues, MEMBER_SCHEMA)
    moments = issues.group_by("pattern_id").agg(
        first_seen_at=pl.col("source_created_at").min(), last_seen_at=pl.col("source_created_at").max()
    )
    described = names.select("pattern_id", name=pl.lit("it broke"), status=pl.lit("active"))
    return (
        _with_schema(described.join(moments, on="pattern_id", maintain_order="left"), PATTERN_SCHEMA),
        members,
        _with_schema(issues, ISSUE_SCHEMA),
    )


def _with_schema(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def cluster(world: World) -> PatternClusters:
    return cluster_patterns(*world, namespace="w", min_strength=0.35)


def find_hidden(world: World, clustering: PatternClusters) -> Sequence[int]:
    """The causes whose patterns are not together in one cluster of little else."""
    planted = world[0]["pattern_id"].head(CAUSES * PATTERNS_OF_CAUSE).to_list()
    cluster_of = dict(clustering.members.select("pattern_id", "cluster_id").iter_rows())
    sizes = dict(clustering.members.group_by("cluster_id").len().iter_rows())
    hidden = []
    for cause in range(CAUSES):
        own = [cluster_of.get(key) for key in planted[cause * PATTERNS_OF_CAUSE :][:PATTERNS_OF_CAUSE]]
        best = max(set(own), key=own.count)
        together = own.count(best)
        if best is None or together < MIN_FOUND or sizes[best] - together > MAX_STRANGERS:
            hidden.append(cause)
    return hidden


@pytest.mark.parametrize("patterns", [500, 5_000, 20_000])
def test_a_planted_cause_is_found_whatever_the_number_of_patterns(patterns: int) -> None:
    world = plant_causes(patterns, seed=patterns)
    clustering = cluster(world)

    assert find_hidden(world, clustering) == []
    assert clustering.edges.height <= MAX_DEGREE * patterns
