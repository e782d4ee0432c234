"""Edges between patterns that share a systemic problem, with strength and reasons."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.co_occurrence import find_overlapping_bursts
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import PLACE_DIMENSIONS
from causeloop_pipeline.model.frames import EDGE_SCHEMA

MAX_NEIGHBOURS = 30
MAX_DEGREE = 10  # of its edges each pattern keeps the strongest
_MAX_STRENGTH = {
    "service": 0.45,
    "component": 0.4,
    "region": 0.2,
    "team": 0.15,
    "error_type": 0.25,
    "error_family": 0.2,
}
_MAX_BURST_STRENGTH = 0.7
_MAX_CHANGE_STRENGTH = 0.6
_MAX_CHANGE_NEIGHBOURS = 10
_MAX_RARE_HOLDERS = 30  # a trait, or a place with a kind of failure, of more patterns than this counts less

_PAIRS_AT_ONCE = 200_000  # bounds memory
_ASPECTS = ("where", "what", "when")
_ASPECT = pl.Enum(_ASPECTS)

_EDGE_SCHEMA = pl.Schema({"left": pl.Int64, "right": pl.Int64, "strength": pl.Float64})
_REASON_SCHEMA = pl.Schema(
    {
        "left": pl.Int64(),
        "right": pl.Int64(),
        "aspect": _ASPECT,
        "kind": pl.String(),
        "strength": pl.Float64(),
        "text": pl.String(),
    }
)


def build_pattern_edges(
    patterns: pl.DataFrame,
    active_days: pl.DataFrame,
    traits: pl.DataFrame,
    post_change: pl.DataFrame,
    *,
    min_strength: float,
) -> pl.DataFrame:
    """Builds edges between patterns that share where, what or when they fail.

    In: `PATTERN_SCHEMA`, the frames of `list_active_days`, `find_pattern_traits` and
    `find_post_change_patterns`, and the least strength of an edge, 0 to 1. Out: `EDGE_SCHEMA`, left id before
    right id, sorted. Method: a shared trait counts by the share of issues that have it on both sides and by
    how rare it is among patterns, alone or together with another that both have: the size of a service says
    nothing about two of its patterns that fail alike. Overlapping bursts and shared changes count only if
    they pass their tests.
    Reasons of one aspect (where, what, when) say nearly the same, so only the strongest counts; aspects
    combine as 1 - product(1 - strength). Candidates come from sparse products, 30 neighbours each, and an
    edge stays that is among the ten strongest of one of its ends: the cost grows with patterns, not with
    pairs.
    """
    ids = patterns["pattern_id"].unique().sort()
    numbers = pl.DataFrame({"pattern_id": ids, "pattern": pl.Series(range(len(ids)), dtype=pl.Int64)})
    weighted_traits = _weigh_by_rarity(traits.join(numbers, on="pattern_id"), len(ids))
    bursts = _list_burst_reasons(active_days.join(numbers, on="pattern_id"), len(ids))
    shared_changes = _list_change_reasons(post_change.join(numbers, on="pattern_id"))
    pairs = pl.concat(
        [
            _find_trait_candidates(weighted_traits, len(ids)),
            bursts.select("left", "right"),
            shared_changes.select("left", "right"),
        ]
    ).unique()
    of_days = pl.concat([bursts, shared_changes])
    strong, reasons = [_EDGE_SCHEMA.to_frame()], [_REASON_SCHEMA.to_frame()]
    for part in pairs.iter_slices(_PAIRS_AT_ONCE):
        of_part = _keep_pairs(of_days, part)
        shared_traits = _find_shared_traits(part, weighted_traits)
        strong.append(_combine_strengths([shared_traits, of_part], min_strength))
        shared_traits, of_part = (_keep_pairs(rows, strong[-1]) for rows in (shared_traits, of_part))
        reasons += [_describe_traits(shared_traits), of_part]
    return _list_edges(_keep_strongest(pl.concat(strong)), pl.concat(reasons), numbers)


def _keep_pairs(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The rows of some pairs."""
    return rows.join(pairs, on=["left", "right"], how="semi")


def _weigh_by_rarity(traits: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """Adds `weight`: a trait of most patterns weighs nothing, one of a few weighs much; and its aspect."""
    holders = pl.len().over("kind", "value")
    share_without = 1 - (holders - 1) / max(pattern_count, 1)
    max_strength = pl.col("kind").replace_strict(_MAX_STRENGTH, return_dtype=pl.Float64)
    is_place = pl.col("kind").is_in(PLACE_DIMENSIONS)
    categories = traits.with_columns(pl.col("kind", "value").cast(pl.Categorical))
    weighted = categories.with_columns(
        weight_of_few=max_strength * share_without,
        weight=max_strength * share_without * _measure_rarity(holders),
        aspect=pl.when(is_place).then(pl.lit("where")).otherwise(pl.lit("what")).cast(_ASPECT),
    )
    trait = (pl.struct("kind", "value").rank("dense").cast(pl.Int64) - 1).alias("trait")
    return weighted.with_columns(trait).sort("pattern", "kind", "value")


def _measure_rarity(holders: pl.Expr) -> pl.Expr:
    """1 for up to 30 holders, then falling."""
    return (_MAX_RARE_HOLDERS / holders).clip(upper_bound=1.0).sqrt()


def _find_trait_candidates(traits: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """Pairs of each pattern and the 30 patterns that share most with it."""
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    if traits.is_empty():
        return pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
    columns = traits["trait"].to_numpy()
    values = traits.select((pl.col("weight") * pl.col("share")).sqrt()).to_series().to_numpy()
    matrix = csr_matrix(
        (values, (traits["pattern"].to_numpy(), columns)), shape=(pattern_count, int(columns.max()) + 1)
    )
    nearest: Any = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=MAX_NEIGHBOURS + 1, threshold=0.01).tocoo()
    directed = pl.DataFrame({"a": nearest.row.astype("int64"), "b": nearest.col.astype("int64")})
    pairs = directed.filter(pl.col("a") != pl.col("b"))
    return pairs.select(left=pl.min_horizontal("a", "b"), right=pl.max_horizontal("a", "b")).unique()


def _find_shared_traits(pairs: pl.DataFrame, traits: pl.DataFrame) -> pl.DataFrame:
    """The strongest trait of each kind that both patterns of a pair have, in no order."""
    both = pairs.join(traits, left_on="left", right_on="pattern").join(
        traits.select("pattern", "trait", "share"),
        left_on=["right", "trait"],
        right_on=["pattern", "trait"],
        suffix="_right",
    )
    both = _weigh_together(both, _count_combinations(traits))
    strength = pl.min_horizontal("share", "share_right") * pl.col("weight")
    weighed = both.select(
        "left", "right", "aspect", "kind", "value", "share", "share_right", strength=strength
    )
    of_kind = ["left", "right", "kind"]
    strongest = weighed.filter(pl.col("strength") == pl.col("strength").max().over(of_kind))
    ties = strongest.select(pl.struct(of_kind).is_duplicated()).to_series()
    first_of_ties = strongest.filter(ties).sort(*of_kind, "value").unique(of_kind, keep="first")
    return pl.concat([strongest.filter(~ties), first_of_ties])


def _describe_traits(shared: pl.DataFrame) -> pl.DataFrame:
    """Shared traits as reasons."""
    percent = [
        (pl.col(name) * 100).round().cast(pl.Int64).cast(pl.String) for name in ("share", "share_right")
    ]
    named = shared.with_columns(pl.col("kind", "value").cast(pl.String))
    label = pl.col("kind").str.replace_all("_", " ")
    text = pl.format("both have {} {} ({} % and {} % of their issues)", label, "value", *percent)
    return named.with_columns(text=text).select(_REASON_SCHEMA.names())


def _count_combinations(traits: pl.DataFrame) -> pl.DataFrame:
    """How many patterns have each pair of a place trait and a failure trait."""
    place, failure = (
        traits.filter(pl.col("aspect") == aspect).select("pattern", "trait") for aspect in ("where", "what")
    )
    together = place.join(failure, on="pattern", suffix="_what")
    return together.group_by("trait", "trait_what").len("holders")


def _weigh_together(both: pl.DataFrame, combinations: pl.DataFrame) -> pl.DataFrame:
    """Raises the weight of a common trait where its combination with a trait of the other aspect is rare."""
    place, failure = (
        both.filter(pl.col("aspect") == aspect).select("left", "right", "trait")
        for aspect in ("where", "what")
    )
    shared = place.join(failure, on=["left", "right"], suffix="_what").join(
        combinations, on=["trait", "trait_what"]
    )
    ends = pl.concat(
        [shared.select("left", "right", "holders", trait=name) for name in ("trait", "trait_what")]
    )
    fewest = ends.group_by("left", "right", "trait").agg(pl.col("holders").min())
    joined = both.join(fewest, on=["left", "right", "trait"], how="left", maintain_order="left")
    combined = pl.col("weight_of_few") * _measure_rarity(pl.col("holders"))
    return joined.with_columns(weight=pl.max_horizontal("weight", combined))


def _list_burst_reasons(active_days: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """Pairs that are active on the same days more often than by chance."""
    overlaps = find_overlapping_bursts(active_days.select("pattern", "day"), pattern_count)
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
        pl.lit("when", dtype=_ASPECT).alias("aspect"),
        pl.lit("overlapping_bursts").alias("kind"),
        (excess.clip(0.0, 1.0) * _MAX_BURST_STRENGTH).alias("strength"),
        text.alias("text"),
    )


def _list_change_reasons(post_change: pl.DataFrame) -> pl.DataFrame:
    """Each pattern with the ten that follow the same changes about as often."""
    order = ["kind", "service", "followed", "pattern"]
    ranked = post_change.sort(order, descending=[False, False, True, False]).with_columns(
        place=pl.int_range(pl.len()).over("kind", "service"),
        excess=pl.col("followed") / pl.col("episodes") - pl.col("chance"),
    )
    steps = range(1, _MAX_CHANGE_NEIGHBOURS + 1)
    near = pl.concat([ranked.with_columns(place=pl.col("place") - step) for step in steps])
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
        pl.lit("when", dtype=_ASPECT).alias("aspect"),
        pl.lit("shared_change").alias("kind"),
        (pl.min_horizontal("excess", "excess_right").clip(0.0, 1.0) * _MAX_CHANGE_STRENGTH).alias("strength"),
        text.alias("text"),
    )


def _combine_strengths(reasons: Sequence[pl.DataFrame], min_strength: float) -> pl.DataFrame:
    """The pairs whose reasons together are strong enough, and how strong they are."""
    strengths = pl.concat([rows.select("left", "right", "aspect", "strength") for rows in reasons])
    remaining = [
        1 - pl.col("strength").filter(pl.col("aspect") == aspect).max().fill_null(0.0) for aspect in _ASPECTS
    ]
    combined = strengths.group_by("left", "right").agg(
        (1 - _multiply_in_order(*remaining)).round(6).alias("strength")
    )
    return combined.filter(pl.col("strength") >= min_strength)


def _multiply_in_order(a: pl.Expr, b: pl.Expr, c: pl.Expr) -> pl.Expr:
    """The product from the least factor to the greatest, so that no order of aspects changes its last bit."""
    middle = pl.max_horizontal(pl.min_horizontal(a, b), pl.min_horizontal(pl.max_horizontal(a, b), c))
    return pl.min_horizontal(a, b, c) * middle * pl.max_horizontal(a, b, c)


def _list_edges(edges: pl.DataFrame, reasons: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """The edges with their reasons, the strongest first."""
    order = ["left", "right", "strength", "kind", "text"]
    strongest_first = _keep_pairs(reasons, edges).sort(order, descending=[False, False, True, False, False])
    reason = pl.struct("kind", "text", pl.col("strength").round(4))
    of_edge = strongest_first.group_by("left", "right", maintain_order=True).agg(reason.alias("reasons"))
    ids = numbers.select("pattern_id", "pattern")
    return (
        edges.join(of_edge, on=["left", "right"])
        .join(ids.rename({"pattern_id": "left_pattern_id", "pattern": "left"}), on="left")
        .join(ids.rename({"pattern_id": "right_pattern_id", "pattern": "right"}), on="right")
        .select(EDGE_SCHEMA.names())
        .sort(EDGE_SCHEMA.names()[:2])
    )


def _keep_strongest(edges: pl.DataFrame) -> pl.DataFrame:
    """The edges that are among the ten strongest of one of their patterns; ties go to the lower numbers."""
    ends = pl.concat(
        [
            edges.with_columns(end=pl.col(near), other=pl.col(far))
            for near, far in (("left", "right"), ("right", "left"))
        ]
    )
    ranked = ends.sort("end", "strength", "other", descending=[False, True, False])
    strongest = ranked.filter(pl.int_range(pl.len()).over("end") < MAX_DEGREE)
    return strongest.select(edges.columns).unique(maintain_order=True)
