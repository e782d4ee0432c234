"""Whether the process lives, whether it can serve, and how it has served."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.http.responses import json_answer
from api.queries.system import health

router = APIRouter(tags=["health"])


@router.get("/health")
async def read_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready")
async def read_readiness(request: Request) -> Response:
    """The database answers and has the schema that this code knows."""
    checks: dict[str, Any] = await health.read_checks(request.app.state.pool)
    ready = all(check["ok"] for check in checks.values())
    return json_answer({"status": "ready" if ready else "not_ready", "checks": checks}, 200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
async def read_metrics(request: Request) -> Response:
    """Prometheus' text format; no label names a tenant."""
    registry = request.app.state.measures.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
