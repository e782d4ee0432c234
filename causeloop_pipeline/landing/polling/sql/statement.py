"""Writes one page's statement in the dialect of any engine: a checked query in order of its cursor column."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp, parse_one

from causeloop_pipeline.egress.errors import PermanentFailure

PLAIN_NAME = re.compile(r"[A-Za-z_]\w*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
ALIAS = "causeloop_rows"
NULLS_FIRST = frozenset({"mysql", "tsql", "bigquery", "databricks"})


def build_statement(
    query: str,
    dialect: str,
    *,
    cursor_column: str,
    key_column: str | None,
    start: Mapping[str, Any] | None,
    max_rows: int,
) -> str:
    """Rows at the last cursor value come again and are recognized by their content."""
    tree = parse_one(query, read=dialect)
    if isinstance(tree, exp.Query) and not tree.args.get("limit") and not tree.args.get("offset"):
        tree.set("order", None)  # of a subquery it says nothing, and SQL Server refuses it
    cursor = name_column(cursor_column, dialect)
    key = name_column(key_column, dialect) if key_column else None
    statement = (
        exp.select("*")
        .from_(exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.to_identifier(ALIAS))))
        .where(_build_condition(cursor, key, start, dialect))
        .order_by(*(_order_ascending(column, dialect) for column in (cursor, key) if column))
        .limit(max_rows)
    )
    return statement.sql(dialect=dialect, comments=False)


def name_column(name: str, dialect: str) -> exp.Column:
    """A column by its name, which is quoted only where it must be: quotes fix its case in some engines."""
    is_quoted = dialect in {"mysql", "tsql"} or not PLAIN_NAME.fullmatch(name)
    return exp.column(exp.to_identifier(name, quoted=is_quoted))


def _order_ascending(column: exp.Column, dialect: str) -> exp.Ordered:
    """There are no nulls to be ordered; saying where the engine puts them keeps the statement plain."""
    return exp.Ordered(this=column.copy(), nulls_first=dialect in NULLS_FIRST)


def _build_condition(
    cursor: exp.Column, key: exp.Column | None, start: Mapping[str, Any] | None, dialect: str
) -> exp.Expr:
    if start is None:
        return exp.Not(this=exp.Is(this=cursor.copy(), expression=exp.Null()))
    value = _build_literal(start["value"], start["type"], dialect)
    if key is None or "key" not in start:
        return exp.GTE(this=cursor.copy(), expression=value)
    after = exp.GT(this=key.copy(), expression=_build_literal(start["key"], start["key_type"], dialect))
    same = exp.EQ(this=cursor.copy(), expression=value.copy())
    return exp.or_(exp.GT(this=cursor.copy(), expression=value), exp.and_(same, after))


def _build_literal(value: str, kind: str, dialect: str) -> exp.Expr:
    if kind == "number" and NUMBER.fullmatch(value):
        return exp.Literal.number(value)
    if kind in {"instant", "naive"}:
        return _build_instant(datetime.fromisoformat(value), kind, dialect)
    if "\\" in value or "\x00" in value:
        raise PermanentFailure("the cursor column holds a backslash: choose one of times or numbers")
    text = exp.Literal.string(value)
    return exp.cast(text, "DATE") if kind == "date" else text


def _build_instant(moment: datetime, kind: str, dialect: str) -> exp.Expr:
    """A time as the column has it: with an offset, or without one and in UTC."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if dialect == "mysql":  # its casts cut the fraction of a second
        return exp.Anonymous(this="TIMESTAMP", expressions=[exp.Literal.string(text)])
    has_offset = kind == "instant"
    literal = exp.Literal.string(f"{text}+00:00" if has_offset else text)
    return exp.cast(literal, "TIMESTAMPTZ" if has_offset else "TIMESTAMP")
