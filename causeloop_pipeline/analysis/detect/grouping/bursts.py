"""Bursts: incidents without text at one place that follow one another faster than chance are one pattern."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

MEAN_GAP_DAYS = 3.0  # between incidents of one cause
MIN_GAP_DAYS, MAX_GAP_DAYS = 0.25, 9.0
_MAX_LOOK_BACK = 4
_AGREEMENT = 0.7  # how often two incidents of one cause agree in a further dimension that both have
_DAMPING = 0.5  # dimensions depend on one another: their evidence counts half
_FURTHER_DIMENSIONS = ("error_type", "team", "environment", "region")
_DAY_SECONDS = 86_400.0
_MIN_EXCESS = 0.05


def build_place_keys(incidents: pl.DataFrame) -> pl.Series:
    """Names the place of each incident.

    In: issues. Out: `place`, the service and the component; null where both are unknown.
    """
    place = pl.concat_str(
        pl.col("service").fill_null(""), pl.col("component").fill_null(""), separator="\x1f"
    )
    return incidents.select(pl.when(place != "\x1f").then(place).alias("place"))["place"]


def compute_max_gap_days(
    incidents: float | Floats, span_days: float, evidence: float | Floats = 0.0
) -> Floats:
    """Computes the longest gap at which the next incident of a place more likely has the same cause than not.

    In: incidents of the place in `span_days`; evidence: log likelihood ratio of what else both share. Out:
    days, between six hours and 9 days. Gaps within one cause are exponential with mean 3 days, other
    incidents come at the place's own rate; the gap is where both are equally likely: 3 days for a place with
    one incident every 3 days, less for busier places, more for quieter ones.
    """
    place_rate = np.maximum(np.asarray(incidents, dtype=np.float64), 1.0) / max(span_days, 1.0)
    cause_rate = 1.0 / MEAN_GAP_DAYS
    is_equal = np.abs(cause_rate - place_rate) < 1e-3
    rate_difference = np.where(is_equal, 1e-3, cause_rate - place_rate)
    without_evidence = np.where(is_equal, MEAN_GAP_DAYS, np.log(cause_rate / place_rate) / rate_difference)
    return np.asarray(np.clip(without_evidence + evidence * MEAN_GAP_DAYS, MIN_GAP_DAYS, MAX_GAP_DAYS))


def find_burst_keys(incidents: pl.DataFrame) -> pl.Series:
    """Finds the burst of each incident.

    In: incidents (`ISSUE_SCHEMA` columns). Out: per row, in order, the id of the burst's first incident.
    Incidents of one service and component are linked to earlier ones (at most four back) within
    `compute_max_gap_days`; an incident without a place or a time is a burst of its own. Dimensions that both
    have and share lengthen the allowed gap, ones that differ shorten it, by the rarity of the value (Fellegi
    and Sunter, 1969); missing ones do neither.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ordered = (
        incidents.with_columns(build_place_keys(incidents))
        .with_row_index("row")
        .sort("place", "source_created_at", "issue_id", nulls_last=True)
        .with_columns(
            pl.when(pl.col("source_created_at").is_not_null()).then("place").alias("place"),
            (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("at"),
        )
    )
    left, right = _link_to_earlier(ordered)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(ordered.height, ordered.height))
    _, component = connected_components(graph, directed=False)
    first_issue = pl.col("issue_id").first().over("component")
    keyed = ordered.select("row", "issue_id").with_columns(pl.Series("component", component))
    return keyed.with_columns(first_issue.alias("burst_key")).sort("row")["burst_key"]


def measure_burst_excess(incidents: pl.DataFrame, keys: pl.Series) -> dict[str, float]:
    """Measures how far each burst exceeds what its place gets anyway while so much happens elsewhere.

    In: incidents and their burst keys. Out: for each key of two incidents or more, the share of the others in
    the burst that are too many, .05 to 1. The place's usual part of all incidents is taken from before and
    after the burst (with half an incident added): a busy product in a busy week has no burst of its own.
    """
    dated = incidents.select(
        build_place_keys(incidents),
        keys.alias("key"),
        (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("at"),
    ).drop_nulls()
    bursts = (
        dated.group_by("key", "place")
        .agg(pl.len().alias("count"), pl.col("at").min().alias("began"), pl.col("at").max().alias("ended"))
        .filter(pl.col("count") >= 2)
        .join(dated.group_by("place").agg(pl.len().alias("of_place")), on="place")
        .sort("key", "place")
    )
    times = np.sort(dated["at"].to_numpy())
    began, ended, count, of_place = (
        bursts[name].to_numpy() for name in ("began", "ended", "count", "of_place")
    )
    meanwhile = np.searchsorted(times, ended, side="right") - np.searchsorted(times, began)
    elsewhere_meanwhile = meanwhile - count
    here_otherwise = of_place - count
    elsewhere_otherwise = len(times) - meanwhile - here_otherwise
    usual = (here_otherwise + 0.5) / (np.maximum(elsewhere_otherwise, 0) + 1.0) * elsewhere_meanwhile
    excess = np.clip(1.0 - usual / np.maximum(count - 1, 1), _MIN_EXCESS, 1.0)
    return dict(zip(bursts["key"].to_list(), excess.round(6).tolist(), strict=True))


def _link_to_earlier(ordered: pl.DataFrame) -> tuple[Ints, Ints]:
    """Pairs of rows of the ordered incidents that belong to one burst."""
    times = ordered["at"].drop_nulls()
    span_days = (float(times.max()) - float(times.min())) / _DAY_SECONDS if len(times) else 1.0  # type: ignore[arg-type]
    incidents_of_place = ordered.select(pl.len().over("place").alias("count"))["count"]
    counts = incidents_of_place.to_numpy().astype(np.float64)

    lefts, rights = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for back in range(1, min(_MAX_LOOK_BACK, max(ordered.height - 1, 0)) + 1):
        later = np.arange(back, ordered.height)
        gap_seconds = (ordered["at"] - ordered["at"].shift(back)).fill_null(float("inf"))
        gap_days = gap_seconds.to_numpy()[later] / _DAY_SECONDS
        same_place = (ordered["place"] == ordered["place"].shift(back)).fill_null(value=False)
        allowed = compute_max_gap_days(counts[later], span_days, _further_evidence(ordered, back)[later])
        is_linked = same_place.to_numpy()[later] & (gap_days <= allowed)
        lefts.append(later[is_linked] - back)
        rights.append(later[is_linked])
    return np.concatenate(lefts), np.concatenate(rights)


def _further_evidence(ordered: pl.DataFrame, back: int) -> Floats:
    """Log likelihood ratio of the further dimensions of each row and the one `back` rows before, damped."""
    total = np.zeros(ordered.height)
    for name in _FURTHER_DIMENSIONS:
        if ordered[name].null_count() == ordered.height:
            continue
        value_share = ordered.select((pl.len().over(name) / pl.col(name).count()).alias("share"))["share"]
        share = value_share.to_numpy()
        if_equal = np.log(_AGREEMENT / np.clip(share, 1e-3, 1.0))
        if_different = np.log((1.0 - _AGREEMENT) / np.clip(1.0 - share, 1e-3, 1.0))

        same = (ordered[name] == ordered[name].shift(back)).cast(pl.Float64)
        both_have_it = same.is_not_null().to_numpy()
        is_equal = same.fill_null(0.0).to_numpy() > 0.5
        total += np.where(both_have_it, np.where(is_equal, if_equal, np.maximum(if_different, -1.2)), 0.0)
    return np.clip(_DAMPING * total, -1.0, 2.0)
