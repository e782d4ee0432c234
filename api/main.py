"""The FastAPI application: routers, error handlers, middleware and the dashboard."""

import contextlib
import math
import os
from collections.abc import AsyncIterator
from importlib import import_module, metadata

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from api import dashboard_site
from api.access.permissions import build_role_table
from api.agents import endpoint as agents
from api.auth.address_limits import (
    count_document_read,
    limit_deliveries,
    limit_documents,
    limit_invalid_credentials,
)
from api.auth.identity_provider import IdentityProvider
from api.auth.metrics_access import find_metrics_token
from api.auth.oidc import IssuerKeys
from api.auth.passwords import PasswordChecks
from api.auth.rate_limits import TokenLeases
from api.http import errors, openapi
from api.http.bounded_pool import DatabaseBounds, open_landing_pool, open_pool
from api.http.computing.processes import Computing
from api.http.concurrency import ConcurrencyLimit, FairShare, LargeBodies
from api.http.database_probe import DatabaseProbe
from api.http.list_filters import build_filter_table
from api.http.memory import limit_kept_memory
from api.http.middleware import RequestEnvelope, RequestMetrics
from api.http.openapi import OperationTables
from api.http.pool_metrics import PoolMetrics
from api.http.replica import open_replica
from api.http.request_log import configure_log
from api.ingest.webhooks.refusals import Refusals
from api.issues.similar.semantic.process import EncoderProcess
from api.listing.page import build_sort_table
from api.listing.totals import ListTotals
from api.slack.receiving.acknowledged import AcknowledgedWork
from causeloop_pipeline.settings import settings

ROUTERS = (
    # FastAPI tries one after another: those that are requested most come first.
    "issues",
    "clusters",  # before patterns: /patterns/graph must not be read as the id of a pattern
    "patterns",
    "predictions",
    "recommendations",
    "recommendations.expectations",
    "seen_before",
    "seen_before.identities",
    "investigations",
    "tracker_acts",
    "ingest",
    "ingest.webhooks",
    "health",
    "sign_in.sessions",
    "sign_in.browser_sessions",
    "sign_in.single_sign_on",
    "sign_in.passwords",
    "changes",
    "services",
    "uploads",
    "postmortems",
    "patterns.corrections",
    "patterns.suggestions",
    "connectors.types",  # before connectors: /connectors/catalog must not be read as the id of one
    "connectors",
    "connectors.declarations",
    "quarantine",
    "alert_rules",
    "slack",
    "slack.receiving",
    "workspaces",
    "onboarding",
    "members.invitations",
    "members",
    "keys",
    "sign_up",
    "organizations",
    "organizations.billing",
    "audit",
    "directory.users",
    "directory.groups",
    "directory.connection",
    "directory.groups.roles",
    "directory",  # after people and groups: it answers for every other address of the directory
    "owners",
    "preferences",
    "search",
    "reports",
    "archives",
    "exports",
    "exposure",
    "stream",
)


COMPUTED = (
    "api.ingest.reading",
    "api.ingest.webhooks.reading",
    "api.connectors.declarations.declared_connectors",
    "api.directory.users.routes",
    "api.directory.groups.routes",
    "api.quarantine.replay",
    "causeloop_pipeline.connectors.declared.patterns",
    "api.uploads.understanding",
    "api.postmortems.understanding",
    "api.issues.similar.ranking",
    "api.search.correction",
    "api.predictions.accuracy.scores",
    "causeloop_pipeline.analysis.detect.similar_issues",
    "causeloop_pipeline.analysis.predict.calibration",
    "causeloop_pipeline.model.json_columns",
    "sparse_dot_topn",
    "api.seen_before.comparing",
    "causeloop_pipeline.analysis.detect.seen_before.matching",
    "causeloop_pipeline.analysis.detect.seen_before.identity",
    "causeloop_pipeline.landing.failure_text",
    "scipy.sparse",  # what analysis imports late, because not everybody needs it
)
"""Modules of what is computed in processes; each work begins where they are imported."""

MIN_COMPRESSED_BYTES, COMPRESSION_LEVEL = 1_000, 5
MIN_BYTES_IN_THREAD = 32_768
MAX_REQUESTS_PER_WORKSPACE = min(8, 2 * (os.cpu_count() or 1))
"""More at once of one workspace would be no faster, and all others slower."""

MAX_LARGE_BODIES, MAX_LARGE_BODIES_PER_SENDER = 32, 4
MAX_TESTS, MAX_TESTS_PER_WORKSPACE = 8, 2
MAX_EXPORTS, MAX_EXPORTS_PER_WORKSPACE = 16, 2
MAX_SLACK, MAX_SLACK_PER_WORKSPACE = 32, 8
MAX_STREAMS, MAX_STREAMS_PER_WORKSPACE, MAX_STREAMS_PER_CALLER = 1_000, 250, 8


class Application(FastAPI):
    """FastAPI inside the request envelope, so that even its own errors carry the request id."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the envelope around every other middleware."""
        return RequestEnvelope(super().build_middleware_stack(), self.state.metrics)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    limit_kept_memory()
    url = settings().require("api_database_url")
    app.state.pool = await open_pool(url, app.state.database_bounds)
    app.state.landing_pool = open_landing_pool(url, app.state.database_bounds)
    app.state.pool_metrics.watch(app.state.pool, app.state.landing_pool)
    app.state.metrics_token = find_metrics_token(settings())
    app.state.database_probe = DatabaseProbe(url, app.state.pool, app.state.database_bounds)
    replica_url = settings().api_replica_database_url
    replica_text = replica_url.get_secret_value() if replica_url else None
    try:
        async with (
            open_replica(replica_text, app.state.pool, app.state.database_bounds) as app.state.replica,
            app.state.agents.serving(),
        ):
            yield
    finally:
        await app.state.slack_work.finish()
        app.state.computing.close()
        app.state.encoder.close()
        app.state.landing_pool.close()
        app.state.pool.terminate()


def load_routers() -> list[APIRouter]:
    """The routers of all resources."""
    return [import_module(f"api.{name}.routes").router for name in ROUTERS]


def create_app() -> FastAPI:
    """The API of this installation."""
    configure_log()
    app = Application(
        title="Causeloop",
        version=metadata.version("causeloop"),
        summary="Recurring failures, their causes, their recurrence predictions, and whether each fix held.",
        lifespan=_lifespan,
        generate_unique_id_function=_name_operation,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    _set_state(app.state)
    _set_limits(app.state)
    _add_gauges(app.state)
    errors.install(app)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=MIN_COMPRESSED_BYTES,
        compresslevel=COMPRESSION_LEVEL,
        thread_minimum_size=MIN_BYTES_IN_THREAD,
    )
    app.state.routers = routers = load_routers()
    for router in routers:
        app.include_router(router)
    dashboard_site.install(app)
    app.state.agents = agents.install(app)
    tables = OperationTables(
        build_role_table(routers), build_filter_table(routers), build_sort_table(routers)
    )
    openapi.install(app, tables)
    openapi.serve(app, count_document_read)
    return app


def _set_state(state: State) -> None:
    """What requests share."""
    state.database_bounds = DatabaseBounds.of(settings())
    state.metrics = RequestMetrics()
    state.pool_metrics = PoolMetrics(state.metrics.registry)
    state.refusals = Refusals()
    state.list_totals = ListTotals()
    state.token_leases = TokenLeases()
    state.computing = Computing(COMPUTED)
    state.encoder = EncoderProcess()
    state.password_checks = PasswordChecks()
    state.issuer_keys = IssuerKeys(IdentityProvider())
    state.replica = None


def _set_limits(state: State) -> None:
    """How much at once and how often, by address, sender, workspace and caller."""
    state.address_limits, state.delivery_limits = limit_invalid_credentials(), limit_deliveries()
    state.document_limits = limit_documents()
    state.fair_share = FairShare(MAX_REQUESTS_PER_WORKSPACE)
    state.large_bodies = LargeBodies.of(MAX_LARGE_BODIES_PER_SENDER, MAX_LARGE_BODIES)
    state.connection_tests = ConcurrencyLimit("connection tests", MAX_TESTS, MAX_TESTS_PER_WORKSPACE)
    state.exports = ConcurrencyLimit("exports", MAX_EXPORTS, MAX_EXPORTS_PER_WORKSPACE)
    state.event_streams = ConcurrencyLimit("event streams", MAX_STREAMS, MAX_STREAMS_PER_CALLER)
    state.workspace_streams = ConcurrencyLimit("event streams", MAX_STREAMS, MAX_STREAMS_PER_WORKSPACE)
    state.slack_work = AcknowledgedWork(
        ConcurrencyLimit("requests of Slack", MAX_SLACK, MAX_SLACK_PER_WORKSPACE)
    )


def _add_gauges(state: State) -> None:
    state.metrics.add_gauge(
        "causeloop_replica_lag_seconds",
        "How old the rows of the replica may be that answers reads; infinite: it is away; NaN: there is none",
        lambda: state.replica.lag_seconds if state.replica else math.nan,
    )
    state.metrics.add_gauge(
        "causeloop_identity_keys_age_seconds",
        "Age of the identity provider's cached keys; NaN: never fetched",
        lambda: state.issuer_keys.age_seconds,
    )


def _name_operation(route: APIRoute) -> str:
    return route.name
