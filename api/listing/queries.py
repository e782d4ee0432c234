"""Lists as SQL: their columns, sorts and filters, and the statements that select a page of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.http.errors import Problem
from api.http.pagination import Cursor

MAX_COUNTED = 1_000
"""Longer lists are counted separately, and their total is cached for some seconds."""


@dataclass(frozen=True)
class Sort:
    """A column that a list can be sorted by; `output` is its name in the response."""

    column: str
    output: str
    cast: str
    nullable: bool = False


@dataclass(frozen=True)
class AnyOf:
    """A condition that holds when the column has one of the filter's values."""

    column: str

    def write(self, values: list[Any], place: str) -> str:
        """The condition on the values at a place of the parameters; one value preserves the index's order."""
        if len(values) == 1:
            return f"{self.column} = ({place} ->> 0)"
        return f"{self.column} = any ({write_values(place)})"


@dataclass(frozen=True)
class AnyHolds:
    """A condition that holds for one of the filter's values, an SQL array that stands where `{values}` is."""

    condition: str

    def write(self, values: list[Any], place: str) -> str:  # noqa: ARG002 - as AnyOf
        """The condition on the values at a place of the parameters."""
        return f"({self.condition.format(values=write_values(place))})"


def write_values(place: str) -> str:
    """The values at a place of the parameters, as an SQL array."""
    return f"array(select jsonb_array_elements_text({place}))"


@dataclass(frozen=True)
class Listing:
    """A list: its columns, their source, and what it can be filtered and sorted by."""

    name: str
    columns: str
    source: str
    key: str
    key_output: str
    sorts: Mapping[str, Sort]
    default_sort: str
    filters: Mapping[str, str | AnyOf | AnyHolds]
    """Filter name → condition on `$1 -> 'name'`; rows can be left out by those that take several values."""
    always: str = "true"
    part_of_key: Sort | None = None
    """What tells rows of the same key apart, where the key alone does not."""


@dataclass(frozen=True)
class Order:
    """The sort that a request chose."""

    name: str
    sort: Sort
    is_descending: bool


def list_sorts(listing: Listing) -> list[str]:
    """Every sort that a list can have, ascending and descending."""
    return [direction + name for name in sorted(listing.sorts) for direction in ("", "-")]


def choose_order(listing: Listing, requested: str | None) -> Order:
    """The requested or the default sort; 400 where the list has no such sort."""
    sort = listing.default_sort if requested is None else requested
    name = sort.removeprefix("-")
    if name not in listing.sorts:
        choices = ", ".join(sorted(listing.sorts))
        raise Problem(
            400,
            "unknown_sort",
            f"{listing.name} cannot be sorted by {name!r}: use one of {choices}",
            errors=[{"in": "query", "pointer": "/sort", "detail": f"use one of {choices}"}],
        )
    return Order(name, listing.sorts[name], sort.startswith("-"))


def select_rows(listing: Listing, filters: Mapping[str, Any]) -> str:
    """The statement for all rows of a list under the filters."""
    conditions = [listing.always]
    for name, value in filters.items():
        if name == "without":
            conditions += _write_exclusions(listing, value)
            continue
        condition = listing.filters[name]
        conditions.append(
            condition if isinstance(condition, str) else condition.write(value, f"$1 -> '{name}'")
        )
    return f"select {listing.columns} from {listing.source} where {' and '.join(conditions)}"


def _write_exclusions(listing: Listing, exclusions: Mapping[str, list[Any]]) -> list[str]:
    """Conditions that also hold where a row has no value at all."""
    conditions = []
    for name, values in exclusions.items():
        condition = listing.filters[name]
        if isinstance(condition, str):
            raise TypeError(f"{listing.name}: rows cannot be left out by {name}, which takes one value")
        matches = condition.write(values, f"$1 -> 'without' -> '{name}'")
        conditions.append(f"({matches}) is not true")
    return conditions


def select_page(listing: Listing, rows: str, order: Order, after: Cursor | None, limit: int) -> str:
    """The statement for one page of the rows: the page, how many rows were found, and the last row's key.

    The limit is written into the statement, so that PostgreSQL's cached plan knows how few rows are wanted.
    """
    sort = order.sort
    direction = "desc" if order.is_descending else "asc"
    nulls = ""
    if sort.nullable:  # the order of the indexes
        nulls = " nulls last" if order.is_descending else " nulls first"
    ordered = f"order by {sort.column} {direction}{nulls}, {listing.key} {direction} limit {limit + 1}"
    # Each condition is an index range; joined by "or" they would become a filter over all earlier rows.
    ranges = [
        f"({rows} {condition} {ordered})" for condition in _write_keyset_conditions(listing, order, after)
    ]
    merged = f"order by {sort.output} {direction}{nulls}, {listing.key_output} {direction} limit {limit + 1}"
    return f"""
        with page as (
            {ranges[0] if len(ranges) == 1 else " union all ".join(ranges) + merged}
        ), visible as (
            select * from page limit {limit}
        )
        select
            (select coalesce(json_agg(visible), '[]') from visible)::text as data,
            (select count(*) from page) as rows_found,
            (
                select json_build_array({sort.output}, {listing.key_output})::text
                from visible offset {limit - 1}
            ) as last
    """


def _write_keyset_conditions(listing: Listing, order: Order, after: Cursor | None) -> list[str]:
    """The ranges of rows after the cursor's; nulls sort last when descending and first when ascending."""
    if after is None:
        return [""]
    beyond = "<" if order.is_descending else ">"
    column, key = order.sort.column, listing.key
    value, row_id = f"($1 ->> 'after_key')::{order.sort.cast}", "($1 ->> 'after_id')::uuid"
    if after.sort_value is None:
        later_nulls = f"and {column} is null and {key} {beyond} {row_id}"
        return [later_nulls] if order.is_descending else [later_nulls, f"and {column} is not null"]
    later = f"and ({column}, {key}) {beyond} ({value}, {row_id})"
    return [later, f"and {column} is null"] if order.sort.nullable and order.is_descending else [later]


def select_counted_page(page: str, rows: str) -> str:
    """The statement for a page that also counts the rows of a short list."""
    return f"""
        select paged.*, (select count(*) from ({rows} limit {MAX_COUNTED + 1}) as counted) as counted
        from ({page}) as paged
    """
