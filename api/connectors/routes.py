"""Connectors: catalog, setup, connection test, sync, pause and resume."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.auth.queries import audit
from api.connectors import queries as connectors
from api.connectors import setup
from api.connectors.declarations.queries import read_document
from api.connectors.schemas import (
    ConnectionTest,
    Connector,
    ConnectorChange,
    ConnectorFilters,
    CreatedConnector,
    CredentialReceivers,
    NewConnector,
    SyncRequested,
    SyncRun,
    SyncRunFilters,
    UnsavedConfiguration,
    UnsavedConnector,
)
from api.connectors.sites import choose_site_of, find_changed_site
from api.http.concurrency import ConcurrencyLimit
from api.http.errors import Problem, conflict, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.onboarding import queries as onboarding
from api.operation import CurrentCaller, Db, Operation, calls_outside
from causeloop_pipeline.connectors.auth import is_refreshed
from causeloop_pipeline.connectors.spec import Connector as Tool
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.app.vault import SecretError

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=Operation)


@router.get("", summary="List connectors", responses=documents(Page[Connector]))
@requires(Role.ANALYST)
@returns_page_of(connectors.CONNECTORS)
async def list_connectors(
    db: Db, filters: Annotated[ConnectorFilters, build_filter_dependency(ConnectorFilters)]
) -> Response:
    """The connectors of the workspace, by name unless sorted otherwise."""
    return await read_page(db, connectors.CONNECTORS, filters, complete_row=setup.add_webhook_url)


@router.get("/{connector_id}", summary="Get a connector", responses=documents(Connector))
@requires(Role.ANALYST)
async def read_connector(db: Db, connector_id: UUID) -> Response:
    """A connector with its status and its last sync, without its secrets."""
    return json_response(await _read_connector(db, connector_id))


@router.post(
    "", summary="Create a connector", status_code=201, responses=documents(CreatedConnector, 201, "Created")
)
@requires(Role.ANALYST)
async def create_connector(db: Db, caller: CurrentCaller, new: NewConnector) -> Response:
    """Creates a connector. Its first sync begins shortly, or when it is resumed."""
    await connectors.lock_connectors(db)
    setup.check_plan(caller, new.type, await connectors.count_connectors(db))
    connector_id, credentials = uuid.uuid4(), setup.reveal_credentials(new.credentials)
    tool, config = await _read_setup(db, new)
    push_only = setup.check_pushed_to(tool, config, push_only=new.push_only)
    if not new.push_only:
        setup.check_configuration(tool, config, credentials)
    setup.check_expected_receivers(tool, config, new.credentials_for)
    secret = new.webhook_secret.get_secret_value() if new.webhook_secret else setup.generate_webhook_secret()
    sealed_secret = setup.seal_webhook_secret(secret, None, caller, connector_id) if tool.webhook else None
    ids = {"workspace_id": caller.workspace_id, "connector_id": connector_id}
    row = new.model_dump() | ids | {"config": config, "push_only": push_only}
    row |= setup.bind_credentials(credentials, row) | {
        "site": await choose_site_of(db, new, tool, config, connector_id),
        "webhook_secrets": sealed_secret,
    }
    try:
        await connectors.create_connector(db, connector_id, row)
    except asyncpg.UniqueViolationError:
        raise _name_taken() from None
    await onboarding.complete_step(db, "connect_source")
    await audit.record(db, caller.actor, "connector.created", f"connector:{connector_id}", type=new.type)
    generated_secret = secret if sealed_secret and not new.webhook_secret else None
    connector = {**await _read_connector(db, connector_id), "webhook_secret": generated_secret}
    return json_response(connector, 201, {"Location": f"/v1/connectors/{connector_id}"})


@router.patch("/{connector_id}", summary="Update a connector", responses=documents(Connector))
@requires(Role.ANALYST)
async def update_connector(
    db: Db, caller: CurrentCaller, connector_id: UUID, change: ConnectorChange
) -> Response:
    """Changes the fields that the body names."""
    stored = await connectors.read_with_secrets(db, connector_id)
    if stored is None:
        raise not_found("connector")
    setup.check_type_included(caller, stored["type"])
    row = setup.build_changed_row(caller, stored, change)
    if change.config is not None and not change.same_site:
        row["site"] = await find_changed_site(db, stored, row["config"])
    try:
        await connectors.update_connector(db, connector_id, row)
    except asyncpg.UniqueViolationError:
        raise _name_taken() from None
    fields = sorted(change.model_fields_set)
    await audit.record(db, caller.actor, "connector.updated", f"connector:{connector_id}", fields=fields)
    return json_response(await _read_connector(db, connector_id))


@router.post("/test", summary="Test a connector before it is stored", responses=documents(ConnectionTest))
@requires(Role.ANALYST)
@calls_outside
async def test_unsaved_connector(
    request: Request, db: Db, caller: CurrentCaller, unsaved: UnsavedConnector
) -> Response:
    """Requests one page from the tool with the credentials of the body, and stores neither them nor a record.

    It counts as a test of a connector: two of a workspace may run at once.
    """
    setup.check_type_included(caller, unsaved.type)
    credentials = setup.reveal_credentials(unsaved.credentials)
    limit: ConcurrencyLimit = request.app.state.connection_tests
    with limit.hold(caller.workspace_id):
        async with db.writing():
            tool, config = await _read_setup(db, unsaved)
        setup.check_configuration(tool, config, credentials)
        if is_refreshed(tool.auth, credentials):
            return json_response(setup.USED_UP_CREDENTIALS)
        result, _ = await run_in_threadpool(
            setup.run_connection_test, tool, config, credentials, caller.workspace_id
        )
        return json_response(result)


@router.post(
    "/receivers",
    summary="Show who receives the credentials",
    responses=documents(CredentialReceivers),
)
@requires(Role.ANALYST)
async def show_credential_receivers(db: Db, unsaved: UnsavedConfiguration) -> Response:
    """Every origin that credentials would be sent to with this configuration. Nothing is stored or sent.

    There is none as long as the configuration is not complete.
    """
    tool, config = await _read_setup(db, unsaved)
    return json_response(setup.preview_receivers(tool, config).as_document())


@router.post("/{connector_id}/test", summary="Test a connector", responses=documents(ConnectionTest))
@requires(Role.ANALYST)
@calls_outside
async def test_connector(request: Request, db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Requests one page from the tool with the stored credentials, and stores no record of it.

    Where the tool gives a new refresh token for the former one, the new one is stored. Two tests of a
    workspace may run at once.
    """
    limit: ConcurrencyLimit = request.app.state.connection_tests
    with limit.hold(caller.workspace_id):
        async with db.writing():
            stored = await connectors.read_with_secrets(db, connector_id)
        if stored is None:
            raise not_found("connector")
        setup.check_type_included(caller, stored["type"])
        tool, config = setup.find_tool(stored["type"]), stored["config"]
        try:
            credentials = setup.open_credentials(stored)
        except SecretError as error:
            return json_response(setup.describe_unreadable(error))
        result, replaced = await run_in_threadpool(
            setup.run_connection_test, tool, config, credentials, caller.workspace_id
        )
        if replaced:
            async with db.writing():
                await _replace_credentials(db, connector_id, replaced)
        return json_response(result)


@router.post(
    "/{connector_id}/sync",
    summary="Sync a connector",
    status_code=202,
    responses=documents(SyncRequested, 202, "Requested"),
)
@requires(Role.ANALYST)
async def sync_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Polls an active connector now instead of at its next scheduled time."""
    connector = await _read_connector(db, connector_id)
    setup.check_type_included(caller, connector["type"])
    if connector["push_only"]:
        raise conflict("connector_inactive", "its tool only pushes: nothing is polled")
    if connector["status"] != "active":
        raise conflict("connector_inactive", f"the connector is {connector['status']}: resume it first")
    next_poll_at = await connectors.request_sync(db, connector_id)
    return json_response({"connector_id": connector_id, "next_poll_at": next_poll_at}, 202)


@router.post("/{connector_id}/pause", summary="Pause a connector", responses=documents(Connector))
@requires(Role.ANALYST)
async def pause_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Stops polling until the connector is resumed. Webhooks are still accepted."""
    if not await connectors.pause(db, connector_id):
        raise not_found("connector")
    await audit.record(db, caller.actor, "connector.paused", f"connector:{connector_id}")
    return json_response(await _read_connector(db, connector_id))


@router.post("/{connector_id}/resume", summary="Resume a connector", responses=documents(Connector))
@requires(Role.ANALYST)
async def resume_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Starts polling again at once, after a pause or when the cause of an error is fixed."""
    connector = await _read_connector(db, connector_id)
    setup.check_type_included(caller, connector["type"])
    await connectors.resume(db, connector_id)
    await audit.record(db, caller.actor, "connector.resumed", f"connector:{connector_id}")
    return json_response(await _read_connector(db, connector_id))


@router.delete(
    "/{connector_id}",
    summary="Delete a connector",
    status_code=204,
    responses={204: {"description": "Deleted"}},
)
@requires(Role.ADMIN)
async def delete_connector(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Deletes a connector and its credentials. Issues from it are kept."""
    if not await connectors.delete_connector(db, connector_id):
        raise not_found("connector")
    await audit.record(db, caller.actor, "connector.deleted", f"connector:{connector_id}")
    return Response(status_code=204)


@router.get("/{connector_id}/sync-runs", summary="List sync runs", responses=documents(Page[SyncRun]))
@requires(Role.ANALYST)
@returns_page_of(connectors.SYNC_RUNS)
async def list_sync_runs(db: Db, connector_id: UUID, filters: Annotated[SyncRunFilters, Query()]) -> Response:
    """The polls of a connector, newest first."""
    await _read_connector(db, connector_id)
    return await read_page(db, connectors.SYNC_RUNS, filters, of_connector=str(connector_id))


async def _read_setup(
    db: Db, new: NewConnector | UnsavedConnector | UnsavedConfiguration
) -> tuple[Tool, dict[str, Any]]:
    """The tool and the configuration that a request describes, with the declaration that it names."""
    tool, config = setup.find_tool(new.type), new.config
    setup.check_own_config(config)
    if new.declaration is not None:
        config = setup.follow_declaration(new.type, config, await read_document(db, new.declaration))
        tool = tool.resolve(config)
    return tool, config


async def _read_connector(db: Db, connector_id: UUID) -> dict[str, Any]:
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise not_found("connector")
    return setup.add_webhook_url(connector)


async def _replace_credentials(db: Db, connector_id: UUID, replaced: Mapping[str, str]) -> None:
    """Store the credentials that the tool has replaced, keeping the others as stored."""
    stored = await connectors.read_with_secrets(db, connector_id)
    if stored is not None:
        credentials = {**setup.open_credentials(stored), **replaced}
        await connectors.update_connector(db, connector_id, setup.bind_credentials(credentials, stored))


def _name_taken() -> Problem:
    return conflict("name_taken", "another connector of this workspace has this display_name: choose another")
