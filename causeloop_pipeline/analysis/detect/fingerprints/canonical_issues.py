"""Canonical issues: one order for every stage of grouping, oldest first, ties by id."""

from functools import lru_cache

import polars as pl

from causeloop_pipeline.model.frames import DIMENSIONS, ISSUE_SCHEMA


class IssueTableError(ValueError):
    """The issues are not a table of distinct issues."""


def canonical_issues(issues: pl.DataFrame) -> pl.DataFrame:
    """Puts issues into canonical form.

    In: issues in any order; columns may be absent. Out: the `ISSUE_SCHEMA` columns, oldest first. Empty text
    in a dimension becomes null, for missing is never evidence. Raises `IssueTableError` for a missing or
    repeated `issue_id`, for row order could otherwise decide which of two wins.
    """
    if "issue_id" not in issues.columns:
        raise IssueTableError("the issues have no column issue_id: give each row an id")
    table = issues.select(*_columns(tuple((name, issues.schema.get(name)) for name in ISSUE_SCHEMA)))
    ids = table["issue_id"]
    if ids.null_count() or ids.n_unique() != table.height:
        repeated = table.filter(ids.is_null() | ids.is_duplicated())["issue_id"].to_list()[0]
        raise IssueTableError(f"issue_id {repeated!r} is missing or repeated: each issue needs its own id")
    return table if table.height == 1 else table.sort("source_created_at", "issue_id", nulls_last=True)


@lru_cache(maxsize=64)
def _columns(present: tuple[tuple[str, pl.DataType | None], ...]) -> tuple[pl.Expr, ...]:
    """The canonical columns of issues with these columns; kept, for single issues come in the same shapes."""
    return tuple(_column(name, kind, ISSUE_SCHEMA[name]) for name, kind in present)


def _column(name: str, present: pl.DataType | None, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if present is None:
        return pl.lit(None, dtype=kind).alias(name)
    column = pl.col(name)
    if isinstance(kind, pl.Datetime) and present == pl.Datetime("us"):
        return column.dt.replace_time_zone("UTC")
    if name in DIMENSIONS:
        return (
            pl.when(column.cast(pl.String).str.strip_chars() != "").then(column.cast(pl.String)).alias(name)
        )
    return column.cast(kind)
