"""Which exposure counts for a pattern: what people attached to it, to its service, or its runs as stored."""

from collections.abc import Iterable, Mapping

import polars as pl

from causeloop_pipeline.analysis.before_after.days import count_days
from causeloop_pipeline.analysis.before_after.operational_time import OperationalTime
from causeloop_pipeline.model.proof import ExposureUnit


def choose_exposure(
    exposure: pl.DataFrame, pattern_ids: Iterable[str], service_of: Mapping[str, str]
) -> dict[str, OperationalTime]:
    """The exposure of each of these patterns for which one is stated.

    In: EXPOSURE_SCHEMA, the spans of one pattern or service and unit being disjoint; patterns; the service of
    each. Out: OperationalTime by pattern. What was attached to the pattern comes before what was attached to
    its service, and that before stored runs; of several units the first of ExposureUnit.
    """
    if exposure.is_empty():
        return {}
    spans = exposure.with_columns(
        count_days(exposure[name]).alias(name) for name in ("started_at", "ended_at")
    )
    chosen = {}
    for pattern_id in pattern_ids:
        own = pl.col("pattern_id") == pattern_id
        of_service = pl.col("pattern_id").is_null() & (pl.col("service") == service_of.get(pattern_id, ""))
        for rows in (
            spans.filter(own & pl.col("is_attached")),
            spans.filter(of_service & pl.col("is_attached")),
            spans.filter(own & ~pl.col("is_attached")),
        ):
            if rows.height:
                unit = next(unit.value for unit in ExposureUnit if unit in rows["unit"])
                counted = rows.filter(pl.col("unit") == unit).select("started_at", "ended_at", "count")
                chosen[pattern_id] = OperationalTime.from_spans(list(counted.iter_rows()), unit)
                break
    return chosen
