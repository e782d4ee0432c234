"""Responds with one page of a list."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from fastapi.routing import APIRoute

from api.http.database import PageRows, WorkspaceDatabase
from api.http.exclusions import group_exclusions
from api.http.pagination import Cursor, PageRequest, decode_cursor, encode_cursor
from api.listing.queries import (
    MAX_COUNTED,
    Listing,
    Order,
    choose_order,
    list_sorts,
    select_counted_page,
    select_page,
    select_rows,
)

MAX_PLANS = 512
LISTING = "listing"
CompleteRow = Callable[[dict[str, Any]], dict[str, Any]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def returns_page_of(listing: Listing) -> Callable[[Endpoint], Endpoint]:
    """Document the sorts of the list that an endpoint returns."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, LISTING, listing)
        return endpoint

    return declare


def build_sort_table(routers: Iterable[APIRouter]) -> dict[str, dict[str, Any]]:
    """The schema of every list's `sort`, by the operation's name."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    listings = {route.name: getattr(route.endpoint, LISTING, None) for route in routes}
    return {
        name: {"type": "string", "enum": list_sorts(listing), "default": listing.default_sort}
        for name, listing in listings.items()
        if listing is not None
    }


async def read_page(
    db: WorkspaceDatabase,
    listing: Listing,
    request: PageRequest,
    *,
    complete_row: CompleteRow | None = None,
    **path_parameters: Any,
) -> Response:
    """One page of a list; `complete_row` adds to each row what the database does not know."""
    plan = plan_page(listing, request, path_parameters)
    total: int | None
    if request.cursor is None:
        result, total = await _read_first_page(db, plan)
    else:
        after = decode_cursor(request.cursor, db.workspace_id, plan.digest)
        page = select_page(listing, plan.rows, plan.order, after, request.limit)
        position = {"after_key": after.sort_value, "after_id": after.row_id}
        result = await db.read_page(page, {**plan.parameters, **position})
        total = after.total
    if complete_row:
        rows = [complete_row(row) for row in orjson.loads(result.data)]
        result = result._replace(data=orjson.dumps(rows).decode())
    return Response(format_page(db.workspace_id, plan, result, total), media_type="application/json")


def format_page(workspace_id: UUID, plan: "PagePlan", rows: PageRows, total: int | None) -> bytes:
    """A page as JSON: its rows as PostgreSQL wrote them, and where the next one begins."""
    has_more = rows.rows_found > plan.limit
    next_cursor = None
    if has_more and rows.last_row:
        sort_value, row_id = orjson.loads(rows.last_row)
        next_cursor = encode_cursor(Cursor(sort_value, row_id, total), workspace_id, plan.digest)
    info = orjson.dumps({"next_cursor": next_cursor, "has_more": has_more, "total": total})
    return b'{"data":' + rows.data.encode() + b',"page":' + info + b"}"


@dataclass(frozen=True)
class PagePlan:
    """A list request without its caller: the statements, their parameters, and a digest of both."""

    order: Order
    rows: str
    page: str
    counted_page: str
    parameters: dict[str, Any]
    digest: str
    identity: str
    limit: int


_plans: OrderedDict[tuple[str, str, str, str], PagePlan] = OrderedDict()


def plan_page(listing: Listing, request: PageRequest, path_parameters: Mapping[str, Any]) -> PagePlan:
    """The plan of a request, cached for identical requests."""
    key = listing.name, listing.source, request.model_dump_json(exclude={"cursor"}), str(path_parameters)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _make_plan(listing, request, path_parameters)
        if len(_plans) > MAX_PLANS:
            _plans.popitem(last=False)
    return plan


def _make_plan(listing: Listing, request: PageRequest, path_parameters: Mapping[str, Any]) -> PagePlan:
    filters = {
        name: value
        for name, value in request.model_dump(mode="json", exclude={"limit", "cursor", "sort"}).items()
        if value is not None
    }
    if "without" in filters:
        filters["without"] = group_exclusions(filters["without"])
    parameters = {**filters, **path_parameters}
    order = choose_order(listing, request.sort)
    identity = orjson.dumps([listing.name, order.name, order.is_descending, parameters])
    rows = select_rows(listing, filters)
    page = select_page(listing, rows, order, None, request.limit)
    return PagePlan(
        order,
        rows,
        page,
        select_counted_page(page, rows),
        parameters,
        hashlib.sha256(identity).hexdigest()[:16],
        orjson.dumps([listing.name, parameters]).decode(),
        request.limit,
    )


async def _read_first_page(db: WorkspaceDatabase, plan: PagePlan) -> tuple[PageRows, int]:
    """The first page with the total; a long list's total may be some seconds old."""
    total: int | None = None if db.totals is None else db.totals.find(db.workspace_id, plan.identity)
    if total is not None:
        return await db.read_page(plan.page, plan.parameters), total
    result = await db.read_page(plan.counted_page, plan.parameters)
    total = result.counted
    if total is None or total > MAX_COUNTED:
        total = await db.count(plan.rows, plan.parameters)
        if db.totals is not None:
            db.totals.keep(db.workspace_id, plan.identity, total)
    return result, total
