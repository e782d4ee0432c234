"""Edges between patterns: which belong to one systemic problem, how strongly, and for which reasons."""

import json
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.co_occurrence import overlapping_bursts
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import WHERE
from causeloop_pipeline.model.frames import EDGE_SCHEMA

NEIGHBOURS = 30
_CEILINGS = {
    "service": 0.45,
    "component": 0.4,
    "region": 0.2,
    "team": 0.15,
    "error_type": 0.25,
    "error_family": 0.2,
}
_BURST_CEILING = 0.7
_CHANGE_CEILING = 0.6
_COMMON_AFTER = 30

_REASONS = pl.Schema(
    {
        "left": pl.Int64,
        "right": pl.Int64,
        "aspect": pl.String,
        "kind": pl.String,
        "strength": pl.Float64,
        "text": pl.String,
    }
)


def pattern_edges(
    patterns: pl.DataFrame,
    joined: pl.DataFrame,
    traits: pl.DataFrame,
    followers: pl.DataFrame,
    *,
    min_strength: float,
) -> pl.DataFrame:
    """Edges between patterns that share where, what or when they fail.

    In: PATTERNS, the frames of `member_issues`, `pattern_traits` and `change_followers`, and the least
    strength of an edge, 0 to 1. Out: EDGE_SCHEMA, left id < right id, sorted. Method: a shared trait counts by
    the share of issues that have it on both sides and by how rare it is among patterns; overlapping
    bursts and shared changes only if they pass their tests. Reasons of one aspect (where, what, when) say
    nearly the same, so only the strongest counts; aspects combine as 1 - product(1 - strength).
    Candidates come from sparse products, 30 neighbours each: cost grows with patterns, not with pairs.
    """
    ids = patterns["pattern_id"].unique().sort()
    index = pl.DataFrame({"pattern_id": ids, "pattern": pl.Series(range(len(ids)), dtype=pl.Int64)})
    own_traits = _with_rarity(traits.join(index, on="pattern_id"), len(ids))
    bursts = _burst_reasons(joined.join(index, on="pattern_id"), len(ids))
    shared_changes = _change_reasons(followers.join(index, on="pattern_id"))
    pairs = _trait_candidates(own_traits, len(ids))
    pairs = pl.concat(
        [pairs, bursts.select("left", "right"), shared_changes.select("left", "right")]
    ).unique()
    reasons = pl.concat([_trait_reasons(pairs, own_traits), bursts, shared_changes])
    return _edges(reasons, index, min_strength)


def _with_rarity(traits: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """A trait of most patterns joins nothing; one of a few says much."""
    holders = pl.len().over("kind", "value")
    rarity = (1 - (holders - 1) / max(pattern_count, 1)) * (_COMMON_AFTER / holders).clip(
        upper_bound=1.0
    ).sqrt()
    ceiling = pl.col("kind").replace_strict(_CEILINGS, return_dtype=pl.Float64)
    return traits.with_columns(weight=ceiling * rarity).sort("pattern", "kind", "value")


def _trait_candidates(traits: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """The 30 patterns that share most with each pattern."""
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    nothing = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
    if traits.is_empty():
        return nothing
    columns = (
        traits.select(pl.struct("kind", "value").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    )
    values = traits.select((pl.col("weight") * pl.col("share")).sqrt()).to_series().to_numpy()
    matrix = csr_matrix(
        (values, (traits["pattern"].to_numpy(), columns)), shape=(pattern_count, int(columns.max()) + 1)
    )
    top: Any = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=NEIGHBOURS + 1, threshold=0.01).tocoo()
    frame = pl.DataFrame({"a": top.row.astype("int64"), "b": top.col.astype("int64")}).filter(
        pl.col("a") != pl.col("b")
    )
    return frame.select(left=pl.min_horizontal("a", "b"), right=pl.max_horizontal("a", "b")).unique()


def _trait_reasons(pairs: pl.DataFrame, traits: pl.DataFrame) -> pl.DataFrame:
    own = traits.select("pattern", "kind", "value", "share", "weight")
    both = pairs.join(own, left_on="left", right_on="pattern").join(
        own.drop("weight"),
        left_on=["right", "kind", "value"],
        right_on=["pattern", "kind", "value"],
        suffix="_right",
    )
    strength = pl.min_horizontal("share", "share_right") * pl.col("weight")
    percent = [
        (pl.col(name) * 100).round().cast(pl.Int64).cast(pl.String) for name in ("share", "share_right")
    ]
    label = pl.col("kind").str.replace_all("_", " ")
    text = pl.format("both have {} {} ({} % and {} % of their issues)", label, "value", *percent)
    aspect = pl.when(pl.col("kind").is_in(WHERE)).then(pl.lit("where")).otherwise(pl.lit("what"))
    found = both.with_columns(aspect.alias("aspect"), strength.alias("strength"), text.alias("text"))
    order = ["left", "right", "kind", "strength", "value"]
    best = found.sort(order, descending=[False, False, False, True, False]).unique(
        ["left", "right", "kind"], keep="first"
    )
    return best.select(_REASONS.names())


def _burst_reasons(joined: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    day = pl.col("source_created_at").dt.epoch("d").cast(pl.Int64)
    overlaps = overlapping_bursts(
        joined.select("pattern", day.alias("day")).drop_nulls().unique(), pattern_count
    )
    excess = (pl.col("shared_days") - pl.col("expected_days")) / pl.col("fewer_days")
    text = pl.format(
        "active on the same day {} times, of {} possible; chance alone gives {} (false discovery rate {})",
        "shared_days",
        "fewer_days",
        pl.col("expected_days").round(1),
        pl.col("q_value").round_sig_figs(1),
    )
    return overlaps.select(
        "left",
        "right",
        pl.lit("when").alias("aspect"),
        pl.lit("overlapping_bursts").alias("kind"),
        (excess.clip(0.0, 1.0) * _BURST_CEILING).alias("strength"),
        text.alias("text"),
    )


def _change_reasons(followers: pl.DataFrame) -> pl.DataFrame:
    """Each pattern with the ten that follow the same changes most nearly as often."""
    order = ["kind", "service", "followed", "pattern"]
    ranked = followers.sort(order, descending=[False, False, True, False]).with_columns(
        place=pl.int_range(pl.len()).over("kind", "service"),
        excess=pl.col("followed") / pl.col("episodes") - pl.col("chance"),
    )
    near = pl.concat([ranked.with_columns(place=pl.col("place") - step) for step in range(1, 11)])
    pairs = ranked.join(near, on=["kind", "service", "place"], suffix="_right")
    text = pl.format(
        "both follow a {} within 12 hours ({} of {} and {} of {} times)",
        pl.when(pl.col("service") == "").then("kind").otherwise(pl.format("{} of {}", "kind", "service")),
        "followed",
        "episodes",
        "followed_right",
        "episodes_right",
    )
    return pairs.select(
        pl.min_horizontal("pattern", "pattern_right").alias("left"),
        pl.max_horizontal("pattern", "pattern_right").alias("right"),
        pl.lit("when").alias("aspect"),
        pl.lit("shared_change").alias("kind"),
        (pl.min_horizontal("excess", "excess_right").clip(0.0, 1.0) * _CHANGE_CEILING).alias("strength"),
        text.alias("text"),
    )


def _edges(reasons: pl.DataFrame, index: pl.DataFrame, min_strength: float) -> pl.DataFrame:
    strongest = reasons.group_by("left", "right", "aspect").agg(pl.col("strength").max())
    remaining = (1 - pl.col("strength")).sort().product()
    edges = strongest.group_by("left", "right").agg((1 - remaining).round(6).alias("strength"))
    edges = edges.filter(pl.col("strength") >= min_strength)
    kept = reasons.join(edges.select("left", "right"), on=["left", "right"], how="semi")
    order = ["left", "right", "strength", "kind", "text"]
    listed = kept.sort(order, descending=[False, False, True, False, False])
    texts = listed.group_by("left", "right", maintain_order=True).agg("kind", "text", "strength")
    ids = index.select("pattern_id", "pattern")
    named = (
        edges.join(texts.rename({"strength": "strengths"}), on=["left", "right"])
        .join(ids.rename({"pattern_id": "left_pattern_id", "pattern": "left"}), on="left")
        .join(ids.rename({"pattern_id": "right_pattern_id", "pattern": "right"}), on="right")
    )
    written = [_written(*row) for row in named.select("kind", "text", "strengths").iter_rows()]
    return (
        named.with_columns(pl.Series("reasons", written, pl.String))
        .select(EDGE_SCHEMA.names())
        .sort(EDGE_SCHEMA.names()[:2])
    )


def _written(kinds: list[str], texts: list[str], strengths: list[float]) -> str:
    rows = zip(kinds, texts, strengths, strict=True)
    return json.dumps(
        [{"kind": kind, "text": text, "strength": round(value, 4)} for kind, text, value in rows]
    )
