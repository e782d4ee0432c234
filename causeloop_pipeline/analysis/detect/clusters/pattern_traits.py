"""What a pattern's issues have in common: where they happen, and what kind of failure they speak of."""

import json
from collections.abc import Mapping

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.error_families import recognize_families

WHERE = ("service", "component", "region", "team")
WHAT = ("error_type", "error_family")
MIN_SHARE = 0.3

TRAITS = pl.Schema({"pattern_id": pl.String, "kind": pl.String, "value": pl.String, "share": pl.Float64})

_DIMENSIONS = ("service", "component", "region", "team", "error_type")


def member_issues(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """The issues of each pattern: ISSUES columns and pattern_id, oldest first, whatever the order of rows."""
    joined = issues.join(members.select("pattern_id", "issue_id").unique(), on="issue_id", how="inner")
    return joined.sort("pattern_id", "source_created_at", "issue_id")


def pattern_traits(patterns: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """The traits that at least a third or so of a pattern's issues share.

    In: PATTERNS and the frame of `member_issues`. Out: TRAITS, one row per pattern, kind (a dimension, or
    error_family) and value; `share` is the part of the pattern's issues that have it, and missing fields
    are no trait. A pattern's error families come from its name, its template, its error type and its
    commonest title.
    """
    known = joined.join(patterns.select("pattern_id").unique(), on="pattern_id", how="semi")
    sizes = known.group_by("pattern_id").agg(pl.len().alias("size"))
    parts = [_dimension_traits(known, sizes, dimension) for dimension in _DIMENSIONS]
    parts.append(_family_traits(patterns, known))
    return pl.concat(parts).sort("pattern_id", "kind", "value")


def _dimension_traits(joined: pl.DataFrame, sizes: pl.DataFrame, dimension: str) -> pl.DataFrame:
    value = pl.col(dimension).str.strip_chars()
    return (
        joined.select("pattern_id", value.alias("value"))
        .filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
        .group_by("pattern_id", "value")
        .agg(pl.len().alias("count"))
        .join(sizes, on="pattern_id")
        .select(
            "pattern_id", pl.lit(dimension).alias("kind"), "value", share=pl.col("count") / pl.col("size")
        )
        .filter(pl.col("share") >= MIN_SHARE)
    )


def _family_traits(patterns: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    titles = commonest_titles(joined)
    rows: list[tuple[str, str, str, float]] = []
    for pattern_id, name, fingerprint in patterns.select("pattern_id", "name", "fingerprint").iter_rows():
        matches = recognize_families(pattern_text(name, fingerprint, titles.get(pattern_id, "")))
        rows += [(pattern_id, "error_family", match.family, 1.0) for match in matches[:1]]
    return pl.DataFrame(rows, schema=TRAITS, orient="row")


def commonest_titles(joined: pl.DataFrame) -> dict[str, str]:
    """The title that most of a pattern's issues carry; ties go to the one that sorts first."""
    counted = joined.group_by("pattern_id", "title").agg(pl.len().alias("count"))
    best = counted.sort("pattern_id", pl.col("count"), "title", descending=[False, True, False])
    return {
        pattern_id: title or ""
        for pattern_id, title, _ in best.unique("pattern_id", keep="first", maintain_order=True).iter_rows()
    }


def pattern_text(name: str | None, fingerprint: str | None, title: str) -> str:
    """All that a pattern says about its failure, as one text."""
    shared = shared_dimensions(fingerprint)
    parts = [name or "", shared.get("template", ""), shared.get("error_type", ""), title]
    return "\n".join(part for part in parts if part)


def shared_dimensions(fingerprint: str | None) -> dict[str, str]:
    """A pattern's fingerprint as dimension to value; empty when there is none."""
    if not fingerprint:
        return {}
    dimensions = json.loads(fingerprint)
    if not isinstance(dimensions, Mapping):
        raise ValueError(f"a pattern's fingerprint is a JSON object, not {fingerprint[:40]!r}")
    return {
        key: str(entry["value"])
        for key, entry in sorted(dimensions.items())
        if isinstance(entry, Mapping) and entry.get("value")
    }
