"""Keyset pages: a cursor says after which row to go on, so rows that arrive meanwhile shift nothing.

A cursor is opaque and signed for its workspace, list, sort and filters: a changed or foreign one is refused.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.keys import derived_key
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem

MAC_BYTES = 16


class PageRequest(BaseModel):
    """What every list takes: how many, after which, in which order."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(25, ge=1, le=100)
    cursor: str | None = Field(None, max_length=2_000, description="`next_cursor` of the page before")
    sort: str | None = Field(None, max_length=40, description="A field's name; `-` before it: descending")


class PageInfo(BaseModel):
    """Where a page stands in its list."""

    next_cursor: str | None
    has_more: bool
    total: int = Field(description="Counted up to 10,000, estimated above")


@dataclass(frozen=True)
class Sort:
    """A column that a list can be ordered by; `output` is its name in the answer."""

    column: str
    output: str
    cast: str
    nullable: bool = False


@dataclass(frozen=True)
class Listing:
    """One list as SQL: its columns, where they come from, what it can be filtered and sorted by."""

    name: str
    columns: str
    source: str
    key: str
    key_output: str
    sorts: Mapping[str, Sort]
    default_sort: str
    filters: Mapping[str, str]
    """Filter name → condition on `$1 -> 'name'`."""
    always: str = "true"


async def read_page(
    db: WorkspaceDatabase,
    listing: Listing,
    asked: PageRequest,
    *,
    shape: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    **fixed: Any,
) -> Response:
    """One page of a list as the API answers it.

    `fixed` are parameters that the path gives; `shape` adds to each row what only code knows.
    """
    chosen = {
        name: value
        for name, value in asked.model_dump(mode="json", exclude={"limit", "cursor", "sort"}).items()
        if value is not None
    }
    parameters = {**chosen, **fixed}
    name, sort, descending = _sort(listing, asked.sort)
    digest = hashlib.sha256(orjson.dumps([listing.name, name, descending, parameters])).hexdigest()[:16]
    after = _opened(db.workspace_id, digest, asked.cursor)
    rows = _rows(listing, chosen)
    page = _page(listing, rows, sort, descending, after)
    if after:
        parameters |= {"after_key": after["k"], "after_id": after["i"]}
    data, found, last, total = await db.read_page(
        page, None if after else rows, {**parameters, "limit": asked.limit}
    )
    total = after["t"] if after else total
    more = found > asked.limit
    cursor = _sealed(db.workspace_id, digest, last, total) if more and last else None
    if shape:
        data = orjson.dumps([shape(row) for row in orjson.loads(data)]).decode()
    info = orjson.dumps({"next_cursor": cursor, "has_more": more, "total": total})
    return Response(b'{"data":' + data.encode() + b',"page":' + info + b"}", media_type="application/json")


def _sort(listing: Listing, asked: str | None) -> tuple[str, Sort, bool]:
    wanted = asked or listing.default_sort
    name = wanted.removeprefix("-")
    if name not in listing.sorts:
        known = ", ".join(sorted(listing.sorts))
        raise Problem(
            400,
            "unknown_sort",
            f"{listing.name} cannot be sorted by {name!r}; known: {known}",
            errors=[{"in": "query", "pointer": "/sort", "detail": f"one of {known}"}],
        )
    return name, listing.sorts[name], wanted.startswith("-")


def _rows(listing: Listing, chosen: Mapping[str, Any]) -> str:
    conditions = " and ".join([listing.always, *(listing.filters[name] for name in chosen)])
    return f"select {listing.columns} from {listing.source} where {conditions}"


def _page(listing: Listing, rows: str, sort: Sort, descending: bool, after: Mapping[str, Any] | None) -> str:
    direction = "desc" if descending else "asc"
    nulls = ""
    if sort.nullable:  # in the order that the indexes have
        nulls = " nulls last" if descending else " nulls first"
    keyset = _keyset(listing, sort, descending, after) if after else ""
    return f"""
        with page as (
            {rows} {keyset}
            order by {sort.column} {direction}{nulls}, {listing.key} {direction}
            limit ($1 ->> 'limit')::integer + 1
        ), shown as (
            select * from page limit ($1 ->> 'limit')::integer
        )
        select
            (select coalesce(json_agg(shown), '[]') from shown)::text,
            (select count(*) from page),
            (
                select json_build_array({sort.output}, {listing.key_output})::text
                from shown offset ($1 ->> 'limit')::integer - 1
            )
    """


def _keyset(listing: Listing, sort: Sort, descending: bool, after: Mapping[str, Any]) -> str:
    """Rows beyond the given one; nothing known sorts last when descending, first when ascending."""
    beyond = "<" if descending else ">"
    column, key = sort.column, listing.key
    value, row_id = f"($1 ->> 'after_key')::{sort.cast}", "($1 ->> 'after_id')::uuid"
    if after["k"] is None:
        rest = "" if descending else f" or {column} is not null"
        return f"and (({column} is null and {key} {beyond} {row_id}){rest})"
    known = f"({column}, {key}) {beyond} ({value}, {row_id})"
    if sort.nullable and descending:
        return f"and ({known} or {column} is null)"
    return f"and {known}"


def _sealed(workspace_id: UUID, digest: str, last: str, total: int | None) -> str:
    key, row_id = orjson.loads(last)
    body = orjson.dumps({"k": key, "i": row_id, "t": total})
    return base64.urlsafe_b64encode(_mac(workspace_id, digest, body) + body).decode().rstrip("=")


def _opened(workspace_id: UUID, digest: str, cursor: str | None) -> dict[str, Any] | None:
    if cursor is None:
        return None
    try:
        blob = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        blob = b""
    mac, body = blob[:MAC_BYTES], blob[MAC_BYTES:]
    canonical = base64.urlsafe_b64encode(blob).decode().rstrip("=") == cursor
    if not canonical or not hmac.compare_digest(mac, _mac(workspace_id, digest, body)):
        raise Problem(
            400,
            "invalid_cursor",
            "the cursor was not given by this list with this sort and these filters: start without one",
            errors=[{"in": "query", "pointer": "/cursor", "detail": "not a cursor of this list"}],
        )
    return dict(orjson.loads(body))


def _mac(workspace_id: UUID, digest: str, body: bytes) -> bytes:
    message = workspace_id.bytes + digest.encode() + body
    return hmac.new(derived_key("cursor"), message, hashlib.sha256).digest()[:MAC_BYTES]
