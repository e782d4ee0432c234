"""Lists as plain FastAPI and asyncpg would serve them: the baseline for the API's own lists.

It does what it must and no more: it looks the key up, enters the workspace, runs the statement that the API
runs, and returns the same bytes. It counts no requests, judges no role, keeps no log, metrics or ETag, bounds
no wait and reads no parameter.
"""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from fastapi import FastAPI, HTTPException, Request, Response

from api.clusters.queries import CLUSTERS
from api.http.database import PageRows
from api.http.pagination import PageRequest
from api.issues.queries import ISSUES
from api.listing.page import format_page, plan_page
from api.patterns.queries import PATTERNS
from api.predictions.queries import PREDICTIONS
from api.recommendations.queries import RECOMMENDATIONS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import hash_key

LISTS = (ISSUES, PATTERNS, PREDICTIONS, RECOMMENDATIONS, CLUSTERS)
PLANS = {
    listing.name: plan_page(listing, PageRequest(limit=25, cursor=None, sort=None), {}) for listing in LISTS
}
POOL_SIZE = 12
SELECT_KEY = "select key_hash from app.service_account where service_account_id = $1 and revoked_at is null"
SELECT_TOTAL = "select app.count_rows($1, '{}')"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = settings().require("api_database_url")
    async with asyncpg.create_pool(url, max_size=POOL_SIZE) as app.state.pool:
        yield


def create_plain_app() -> FastAPI:
    """An application with nothing but the lists."""
    app, totals = FastAPI(lifespan=_lifespan), dict[str, int]()

    @app.get("/v1/{name}")
    async def read_list(request: Request, name: str) -> Response:
        _, workspace, account, secret = request.headers["authorization"].split("_", 3)
        workspace_id, plan = UUID(workspace), PLANS[name]
        async with request.app.state.pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("select set_config('causeloop.workspace', $1, true)", str(workspace_id))
            key_hash = await connection.fetchval(SELECT_KEY, UUID(account))
            if key_hash is None or not hmac.compare_digest(key_hash, hash_key(secret)):
                raise HTTPException(401)
            rows = PageRows(*await connection.fetchrow(plan.page))
            if name not in totals:
                totals[name] = await connection.fetchval(SELECT_TOTAL, plan.rows)
        return Response(format_page(workspace_id, plan, rows, totals[name]), media_type="application/json")

    return app
