"""Pattern traits: what a pattern's issues have in common, the place and the kind of failure."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.error_families import (
    choose_clearest_family,
    recognize_families,
)
from causeloop_pipeline.model.nested_columns import SHARED_VALUE

PLACE_DIMENSIONS = ("service", "component", "region", "team")
MIN_SHARE = 0.3
LATEST_ISSUES = 100  # of a pattern, whose titles count

TRAIT_SCHEMA = pl.Schema(
    {"pattern_id": pl.String, "kind": pl.String, "value": pl.String, "share": pl.Float64}
)

TRAIT_DIMENSIONS = (*PLACE_DIMENSIONS, "error_type")

TEXT_TRAITS = pl.Struct({"error_type": SHARED_VALUE, "template": SHARED_VALUE})
"""What of a fingerprint tells of the failure."""


def join_member_issues(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """Joins patterns with their issues.

    In: `MEMBER_SCHEMA`, `ISSUE_SCHEMA`, any row order. Out: issues with `pattern_id`, oldest first.
    """
    joined = issues.join(members.select("pattern_id", "issue_id").unique(), on="issue_id", how="inner")
    return joined.sort("pattern_id", "source_created_at", "issue_id")


def list_active_days(member_issues: pl.DataFrame) -> pl.DataFrame:
    """Lists the days on which each pattern has an issue.

    In: the frame of `join_member_issues`. Out: frame(pattern_id, day: since 1970, in UTC).
    """
    day = pl.col("source_created_at").dt.epoch("d").cast(pl.Int64)
    return member_issues.select("pattern_id", day.alias("day")).drop_nulls().unique()


def find_pattern_traits(patterns: pl.DataFrame, member_issues: pl.DataFrame) -> pl.DataFrame:
    """Finds the traits that at least 30 % of a pattern's issues share.

    In: `PATTERN_SCHEMA` and the frame of `join_member_issues`. Out: `TRAIT_SCHEMA`, one row per pattern, kind
    (a dimension, or error_family) and value; `share` is the part of the pattern's issues that have it, and
    missing fields are no trait. A pattern's error family comes from its name, its template, its error type
    and its commonest title.
    """
    own_issues = member_issues.join(patterns.select("pattern_id").unique(), on="pattern_id", how="semi")
    sizes = own_issues.group_by("pattern_id").agg(pl.len().cast(pl.Int64).alias("size"))
    counts = [
        own_issues.group_by("pattern_id", pl.col(dimension).alias("value"))
        .agg(pl.len().cast(pl.Int64).alias("issues"))
        .select("pattern_id", pl.lit(dimension).alias("kind"), "value", "issues")
        for dimension in TRAIT_DIMENSIONS
    ]
    parts = [list_dimension_traits(pl.concat(counts), sizes), _family_traits(patterns, own_issues)]
    return pl.concat(parts).sort("pattern_id", "kind", "value")


def list_dimension_traits(counts: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Lists the values of dimensions that at least 30 % of a pattern's issues share.

    In: frame(pattern_id, kind, value, issues), frame(pattern_id, size: how many issues). Out: `TRAIT_SCHEMA`.
    """
    value = pl.col("value").str.strip_chars()
    return (
        counts.filter(pl.col("kind").is_in(TRAIT_DIMENSIONS))
        .group_by("pattern_id", "kind", value.alias("value"))
        .agg(pl.col("issues").sum())
        .filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
        .join(sizes, on="pattern_id")
        .select("pattern_id", "kind", "value", share=pl.col("issues") / pl.col("size"))
        .filter(pl.col("share") >= MIN_SHARE)
    )


def _family_traits(patterns: pl.DataFrame, member_issues: pl.DataFrame) -> pl.DataFrame:
    titles = find_commonest_titles(member_issues)
    families = {
        pattern_id: recognize_family(build_pattern_text(name, fingerprint, titles.get(pattern_id, "")))
        for pattern_id, name, fingerprint in patterns.select("pattern_id", "name", "fingerprint").iter_rows()
    }
    return list_family_traits(families)


def recognize_family(text: str) -> str | None:
    """Recognizes the family of failure that a text shows most clearly.

    In: what a pattern tells of its failure. Out: the family, or None.
    """
    return choose_clearest_family(recognize_families(text))


def list_family_traits(families: Mapping[str, str | None]) -> pl.DataFrame:
    """Lists the error families of patterns as traits.

    In: pattern id → family, or None. Out: `TRAIT_SCHEMA`.
    """
    rows = [(pattern_id, "error_family", family, 1.0) for pattern_id, family in families.items() if family]
    return pl.DataFrame(rows, schema=TRAIT_SCHEMA, orient="row")


def find_commonest_titles(member_issues: pl.DataFrame) -> dict[str, str]:
    """Finds the title that most of a pattern's latest 100 issues have.

    In: the frame of `join_member_issues`. Out: pattern id → title; ties go to the one that sorts first.
    """
    latest = member_issues.group_by("pattern_id", maintain_order=True).tail(LATEST_ISSUES)
    counted = latest.group_by("pattern_id", "title").agg(pl.len().alias("count"))
    commonest = counted.sort("pattern_id", pl.col("count"), "title", descending=[False, True, False])
    rows = commonest.unique("pattern_id", keep="first", maintain_order=True).iter_rows()
    return {pattern_id: title or "" for pattern_id, title, _ in rows}


def build_pattern_text(name: str | None, fingerprint: Mapping[str, Any] | None, title: str) -> str:
    """Puts together what a pattern tells of its failure.

    In: its name, its fingerprint (`SHARED_TRAITS`), a title of its issues. Out: one text.
    """
    traits = [(fingerprint or {}).get(trait) or {} for trait in ("template", "error_type")]
    parts = [name, *(trait.get("value") for trait in traits), title]
    return "\n".join(part for part in parts if part)
