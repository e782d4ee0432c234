"""The HTTP application: routers, one shape of errors, one envelope around every request."""

import contextlib
from collections.abc import AsyncIterator
from importlib import import_module, metadata

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api.auth.oidc import IssuerKeys
from api.http import errors
from api.http.database import open_landing, open_pool
from api.http.middleware import RequestEnvelope, RequestMeasures
from api.http.openapi import describe
from api.resources import dashboard_site
from causeloop_pipeline.settings import settings

ROUTERS = (
    "system.health",
    "tenancy.sessions",
    "detect.issues",
    "ingestion.ingest",
    "ingestion.changes",
    "ingestion.webhooks",
    "detect.clusters",  # holds /patterns/graph, which must not be read as a pattern's id
    "detect.patterns",
    "detect.pattern_corrections",
    "predict.predictions",
    "act.recommendations",
    "ingestion.connectors",
    "act.alert_rules",
    "tenancy.workspace",
    "tenancy.members",
    "system.exports",
    "system.stream",
)


class Application(FastAPI):
    """FastAPI inside the request envelope, so that even its own failures carry the request's id."""

    def build_middleware_stack(self) -> ASGIApp:
        """Everything else, in the envelope."""
        return RequestEnvelope(super().build_middleware_stack(), self.state.measures)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = settings().required("api_database_url")
    app.state.pool = await open_pool(url)
    app.state.landing = open_landing(url)
    try:
        yield
    finally:
        app.state.landing.close()
        app.state.pool.terminate()


def create_app() -> FastAPI:
    """The API of this installation."""
    app = Application(
        title="Causeloop",
        version=metadata.version("causeloop"),
        summary="Recurring failures, their causes, what comes next, and whether the fix held.",
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        redoc_url=None,
    )
    app.state.measures = RequestMeasures()
    keys = app.state.issuer_keys = IssuerKeys()
    app.state.measures.watch(
        "causeloop_identity_keys_age_seconds",
        "Age of the identity provider's keys; NaN: not fetched yet",
        lambda: keys.age_seconds,
    )
    errors.install(app)
    for name in ROUTERS:
        app.include_router(import_module(f"api.routers.{name}").router)
    dashboard_site.install(app)
    describe(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
