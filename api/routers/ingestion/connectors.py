"""Connectors: the catalog, setting one up, trying it out, syncing it now, pausing it."""

import uuid
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.http.errors import conflict, not_found
from api.http.pagination import read_page
from api.http.responses import Page, Rows, gives, json_answer
from api.operation import CurrentCaller, Db, Operation
from api.queries.ingestion import connectors
from api.queries.tenancy import audit, onboarding
from api.resources import connector_setup as setup
from api.resources.connector_catalog import catalog
from api.schemas.ingestion.connectors import (
    ConnectionTest,
    Connector,
    ConnectorChange,
    ConnectorFilters,
    ConnectorType,
    CreatedConnector,
    NewConnector,
    SyncAsked,
    SyncRun,
    SyncRunFilters,
)

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=Operation)


@router.get("/catalog", responses=gives(Rows[ConnectorType]))
async def list_connector_types(caller: CurrentCaller) -> Response:
    """Every tool that can be connected, and whether the plan includes it."""
    return json_answer({"data": catalog(caller.plan)})


@router.get("", responses=gives(Page[Connector]))
async def list_connectors(db: Db, filters: Annotated[ConnectorFilters, Query()]) -> Response:
    """The workspace's connectors."""
    return await read_page(db, connectors.CONNECTORS, filters, shape=setup.shown)


@router.get("/{connector_id}", responses=gives(Connector))
async def read_connector(db: Db, connector_id: UUID) -> Response:
    """One connector."""
    return json_answer(await _shown(db, connector_id))


@router.post("", status_code=201, responses=gives(CreatedConnector, 201, "Set up"))
async def create_connector(db: Db, caller: CurrentCaller, new: NewConnector) -> Response:
    """Set a connector up; its first sync begins shortly."""
    setup.check_plan(caller, new.type, await connectors.count_connectors(db))
    tool, connector_id = setup.known_type(new.type), uuid.uuid4()
    credentials = setup.revealed(new.credentials)
    setup.check_configuration(tool, new.config, credentials)
    secret = new.webhook_secret.get_secret_value() if new.webhook_secret else setup.new_webhook_secret()
    sealed = setup.seal_webhook_secret(secret, None, caller, connector_id) if tool.webhook else None
    row = new.model_dump() | {
        "credentials": setup.seal_credentials(credentials, caller, connector_id),
        "webhook_secrets": sealed,
    }
    try:
        await connectors.create_connector(db, connector_id, row)
    except asyncpg.UniqueViolationError:
        raise _name_taken() from None
    await onboarding.complete(db, "connect_source")
    await audit.record(db, caller.actor, "connector.created", f"connector:{connector_id}", type=new.type)
    once = secret if sealed and not new.webhook_secret else None
    answer = {**await _shown(db, connector_id), "webhook_secret": once}
    return json_answer(answer, 201, {"Location": f"/v1/connectors/{connector_id}"})


@router.patch("/{connector_id}", responses=gives(Connector))
async def update_connector(
    db: Db, caller: CurrentCaller, connector_id: UUID, change: ConnectorChange
) -> Response:
    """Change a connector; what is not given stays."""
    known = await connectors.read_sealed(db, connector_id)
    if known is None:
        raise not_found("connector")
    try:
        await connectors.change_connector(db, connector_id, _changed(caller, connector_id, known, change))
    except asyncpg.UniqueViolationError:
        raise _name_taken() from None
    fields = sorted(change.model_fields_set)
    await audit.record(db, caller.actor, "connector.updated", f"connector:{connector_id}", fields=fields)
    return json_answer(await _shown(db, connector_id))


@router.post("/{connector_id}/test", responses=gives(ConnectionTest))
async def test_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Ask the tool for one page with the stored credentials; nothing is kept."""
    import orjson

    known = await connectors.read_sealed(db, connector_id)
    if known is None:
        raise not_found("connector")
    credentials = setup.open_credentials(known["credentials"], caller, connector_id)
    tool, config = setup.known_type(known["type"]), orjson.loads(known["config"])
    return json_answer(await run_in_threadpool(setup.try_out, tool, config, credentials))


@router.post("/{connector_id}/sync", status_code=202, responses=gives(SyncAsked, 202, "Asked for"))
async def sync_connector(db: Db, connector_id: UUID) -> Response:
    """Poll a connector now instead of at its next time."""
    known = await _shown(db, connector_id)
    if known["status"] != "active":
        raise conflict("connector_inactive", f"the connector is {known['status']}: resume it first")
    when = await connectors.sync_now(db, connector_id)
    return json_answer({"connector_id": connector_id, "next_poll_at": when}, 202)


@router.post("/{connector_id}/pause", responses=gives(Connector))
async def pause_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Stop polling until it is resumed; webhooks are still taken."""
    if not await connectors.pause(db, connector_id):
        raise not_found("connector")
    await audit.record(db, caller.actor, "connector.paused", f"connector:{connector_id}")
    return json_answer(await _shown(db, connector_id))


@router.post("/{connector_id}/resume", responses=gives(Connector))
async def resume_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Poll again, at once, after a pause or when an error was mended."""
    if not await connectors.resume(db, connector_id):
        raise not_found("connector")
    await audit.record(db, caller.actor, "connector.resumed", f"connector:{connector_id}")
    return json_answer(await _shown(db, connector_id))


@router.delete("/{connector_id}", status_code=204, responses={204: {"description": "Gone"}})
async def delete_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Forget a connector and its credentials; the issues that it brought stay."""
    if not await connectors.delete_connector(db, connector_id):
        raise not_found("connector")
    await audit.record(db, caller.actor, "connector.deleted", f"connector:{connector_id}")
    return Response(status_code=204)


@router.get("/{connector_id}/sync-runs", responses=gives(Page[SyncRun]))
async def list_sync_runs(db: Db, connector_id: UUID, filters: Annotated[SyncRunFilters, Query()]) -> Response:
    """A connector's polls, newest first."""
    await _shown(db, connector_id)
    return await read_page(db, connectors.SYNC_RUNS, filters, of_connector=str(connector_id))


async def _shown(db: Db, connector_id: UUID) -> dict[str, Any]:
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise not_found("connector")
    return setup.shown(connector)


def _changed(
    caller: CurrentCaller, connector_id: UUID, known: Any, change: ConnectorChange
) -> dict[str, Any]:
    """The columns that a change sets, checked as a whole with what stays."""
    import orjson

    stored = setup.open_credentials(known["credentials"], caller, connector_id)
    credentials = stored if change.credentials is None else setup.revealed(change.credentials)
    config = orjson.loads(known["config"]) if change.config is None else change.config
    setup.check_configuration(setup.known_type(known["type"]), config, credentials)
    row = change.model_dump(exclude={"credentials", "webhook_secret"})
    if change.credentials is not None:
        row["credentials"] = setup.seal_credentials(credentials, caller, connector_id)
    if change.webhook_secret is not None:
        secret = change.webhook_secret.get_secret_value()
        row["webhook_secrets"] = setup.seal_webhook_secret(
            secret, known["webhook_secrets"], caller, connector_id
        )
    return row


def _name_taken() -> Exception:
    return conflict("name_taken", "another connector of this workspace has this display_name")
