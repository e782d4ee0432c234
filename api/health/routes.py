"""Liveness, readiness and metrics."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.auth.metrics_access import check_metrics_token
from api.health import queries as health
from api.http.responses import json_response

router = APIRouter(tags=["health"])

NOT_READY: dict[str, Any] = {
    "description": "Not ready; `checks` says why",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


@router.get("/health", summary="Check liveness")
async def read_health() -> dict[str, str]:
    """Succeeds as long as the process responds."""
    return {"status": "ok"}


@router.get("/ready", summary="Check readiness", responses={503: NOT_READY})
async def read_readiness(request: Request) -> Response:
    """Succeeds when the database responds and has the schema that this version needs; otherwise 503."""
    checks: dict[str, Any] = await health.read_checks(request.app.state.pool)
    is_ready = all(check["ok"] for check in checks.values())
    status = {"status": "ready" if is_ready else "not_ready", "checks": checks}
    return json_response(status, 200 if is_ready else 503)


@router.get("/metrics", include_in_schema=False)
async def read_metrics(request: Request) -> Response:
    """Metrics in Prometheus' text format, for who has their token; no label names a tenant."""
    check_metrics_token(request)
    registry = request.app.state.metrics.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
