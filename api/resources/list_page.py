"""Responds with one page of a list."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import Response

from api.http.database import WorkspaceDatabase
from api.http.pagination import Cursor, PageRequest, decode_cursor, encode_cursor
from api.queries.listing import Listing, choose_order, select_page, select_rows

CompleteRow = Callable[[dict[str, Any]], dict[str, Any]]


async def read_page(
    db: WorkspaceDatabase,
    listing: Listing,
    request: PageRequest,
    *,
    complete_row: CompleteRow | None = None,
    **path_parameters: Any,
) -> Response:
    """One page of a list; `complete_row` adds to each row what the database does not know."""
    filters = {
        name: value
        for name, value in request.model_dump(mode="json", exclude={"limit", "cursor", "sort"}).items()
        if value is not None
    }
    parameters = {**filters, **path_parameters}
    order = choose_order(listing, request.sort)
    identity = orjson.dumps([listing.name, order.name, order.is_descending, parameters])
    digest = hashlib.sha256(identity).hexdigest()[:16]
    after = None if request.cursor is None else decode_cursor(request.cursor, db.workspace_id, digest)

    rows = select_rows(listing, filters)
    page = select_page(listing, rows, order, after, request.limit)
    if after:
        position = {"after_key": after.sort_value, "after_id": after.row_id}
        result, total = await db.read_page(page, {**parameters, **position}), after.total
    else:
        result = await db.read_page(page, parameters)
        total = await _count(db, listing, rows, parameters)

    data = result.data
    has_more = result.rows_found > request.limit
    next_cursor = None
    if has_more and result.last_row:
        sort_value, row_id = orjson.loads(result.last_row)
        cursor = Cursor(sort_value, row_id, total)
        next_cursor = encode_cursor(cursor, db.workspace_id, digest)
    if complete_row:
        data = orjson.dumps([complete_row(row) for row in orjson.loads(data)]).decode()
    info = orjson.dumps({"next_cursor": next_cursor, "has_more": has_more, "total": total})
    return Response(b'{"data":' + data.encode() + b',"page":' + info + b"}", media_type="application/json")


async def _count(db: WorkspaceDatabase, listing: Listing, rows: str, parameters: Mapping[str, Any]) -> int:
    """The total of a list, counted again after some seconds or a change."""
    if db.totals is None:
        return await db.count(rows, parameters)
    identity = orjson.dumps([listing.name, parameters]).decode()
    total: int | None = db.totals.find(db.workspace_id, identity)
    if total is None:
        total = await db.count(rows, parameters)
        db.totals.keep(db.workspace_id, identity, total)
    return total
