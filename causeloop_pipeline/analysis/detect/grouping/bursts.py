"""Incidents that carry no text: those of one place that follow one another faster than chance are one
pattern.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

MEAN_GAP_DAYS = 3.0  # between incidents of one cause
SHORTEST_DAYS, LONGEST_DAYS = 0.25, 9.0
_LOOK_BACK = 4
_AGREE = 0.7  # how often two incidents of one cause agree in a further dimension that both have
_DAMPING = 0.5  # dimensions depend on one another: their evidence counts half
_FURTHER = ("error_type", "team", "environment", "region")
_DAY = 86_400.0


def place_of(incidents: pl.DataFrame) -> pl.Series:
    """Where each incident happened, service and component; null where nobody said."""
    place = pl.concat_str(
        pl.col("service").fill_null(""), pl.col("component").fill_null(""), separator="\x1f"
    )
    return incidents.select(pl.when(place != "\x1f").then(place).alias("place"))["place"]


def allowed_days(incidents: float | Floats, span_days: float, evidence: float | Floats = 0.0) -> Floats:
    """The longest gap, in days, at which the next incident of a place more likely belongs to the same cause
    than to chance.

    In: incidents of the place in `span_days`; evidence: log likelihood ratio of what else both share.
    Gaps within one cause are exponential with mean 3 days, chance comes at the place's own rate; the
    answer is where both are equally likely, between six hours and 9 days: 3 days for a place with one
    incident every 3 days, less for busier, more for quieter ones.
    """
    rate = np.maximum(np.asarray(incidents, dtype=np.float64), 1.0) / max(span_days, 1.0)
    own = 1.0 / MEAN_GAP_DAYS
    slope = np.where(np.abs(own - rate) < 1e-3, 1e-3, own - rate)
    level = np.log(own / rate)
    plain = np.where(np.abs(own - rate) < 1e-3, MEAN_GAP_DAYS, level / slope)
    return np.asarray(np.clip(plain + evidence * MEAN_GAP_DAYS, SHORTEST_DAYS, LONGEST_DAYS))


def burst_keys(incidents: pl.DataFrame) -> pl.Series:
    """In, incidents (`ISSUES` columns); out, per row, in order, the key of its burst: the id of the burst's
    first incident.

    Incidents of one service and component are linked to earlier ones (at most four back) within
    `allowed_days`; an incident without a place or a time is a burst of its own. Dimensions that both have
    and share lengthen what is allowed, ones that differ shorten it, by the rarity of the value (Fellegi
    and Sunter, 1969); missing ones do neither.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ordered = (
        incidents.with_columns(place_of(incidents))
        .with_row_index("row")
        .sort("place", "source_created_at", "issue_id", nulls_last=True)
        .with_columns(
            pl.when(pl.col("source_created_at").is_not_null()).then("place").alias("place"),
            (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("at"),
        )
    )
    left, right = _links(ordered)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(ordered.height, ordered.height))
    _, component = connected_components(graph, directed=False)
    named = ordered.select("row", "issue_id").with_columns(pl.Series("component", component))
    return named.with_columns(pl.col("issue_id").first().over("component").alias("burst_key")).sort("row")[
        "burst_key"
    ]


def _links(ordered: pl.DataFrame) -> tuple[Ints, Ints]:
    """Pairs of rows of the ordered incidents that belong to one burst."""
    at = ordered["at"].drop_nulls()
    span = (float(at.max()) - float(at.min())) / _DAY if len(at) else 1.0  # type: ignore[arg-type]
    counts = ordered.select(pl.len().over("place").alias("count"))["count"].to_numpy().astype(np.float64)
    pairs: list[tuple[Ints, Ints]] = []
    for back in range(1, min(_LOOK_BACK, max(ordered.height - 1, 0)) + 1):
        later = np.arange(back, ordered.height)
        gap = (ordered["at"] - ordered["at"].shift(back)).fill_null(float("inf")).to_numpy()[later] / _DAY
        same = (ordered["place"] == ordered["place"].shift(back)).fill_null(value=False).to_numpy()[later]
        allowed = allowed_days(counts[later], span, _evidence(ordered, back)[later])
        linked = same & (gap <= allowed)
        pairs.append((later[linked] - back, later[linked]))
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *(a for a, _ in pairs)]), np.concatenate([none, *(b for _, b in pairs)])


def _evidence(ordered: pl.DataFrame, back: int) -> Floats:
    """Log likelihood ratio of the further dimensions of each row and the one `back` rows before, damped."""
    total = np.zeros(ordered.height)
    for name in _FURTHER:
        if ordered[name].null_count() == ordered.height:
            continue
        share = ordered.select((pl.len().over(name) / pl.col(name).count()).alias("share"))[
            "share"
        ].to_numpy()
        same = (ordered[name] == ordered[name].shift(back)).cast(pl.Float64)
        agree = np.log(_AGREE / np.clip(share, 1e-3, 1.0))
        differ = np.log((1.0 - _AGREE) / np.clip(1.0 - share, 1e-3, 1.0))
        known = same.is_not_null().to_numpy()
        total += np.where(
            known, np.where(same.fill_null(0.0).to_numpy() > 0.5, agree, np.maximum(differ, -1.2)), 0.0
        )
    return np.clip(_DAMPING * total, -1.0, 2.0)
