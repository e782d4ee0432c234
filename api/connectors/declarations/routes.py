"""Connectors that people declare themselves: checked, tried, stored, and then set up like any other."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access.permissions import requires
from api.auth.queries import audit
from api.connectors.declarations import queries as declarations
from api.connectors.declarations.declared_connectors import read_declaration_body, try_declaration
from api.connectors.declarations.schemas import (
    ConnectorDeclaration,
    DeclarationCheck,
    DeclarationTrial,
    NewDeclaration,
)
from api.http.bounds import DOCUMENT, takes
from api.http.concurrency import ConcurrencyLimit
from api.http.errors import conflict, not_found
from api.http.responses import Rows, documents, json_response
from api.operation import CurrentCaller, Db, Operation, calls_outside, reads_body_by
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1/connector-declarations", tags=["connectors"], route_class=Operation)

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


@router.get("", summary="List your own connector types", responses=documents(Rows[ConnectorDeclaration]))
@requires(Role.ANALYST)
async def list_connector_declarations(db: Db) -> Response:
    """The connectors that people of this workspace declared, by name."""
    return json_response({"data": await declarations.read_declarations(db)})


@router.post("/check", summary="Try a connector of your own", responses=documents(DeclarationCheck))
@requires(Role.ANALYST)
@calls_outside
@takes(DOCUMENT)
async def check_connector_declaration(
    request: Request, caller: CurrentCaller, trial: DeclarationTrial
) -> Response:
    """Every problem of the YAML with its line, or what it makes of the sample. Nothing is stored.

    It counts as a test of a connector: two of a workspace may run at once.
    """
    limit: ConcurrencyLimit = request.app.state.connection_tests
    with limit.hold(caller.workspace_id):
        result = await request.app.state.computing.run(
            caller.workspace_id,
            try_declaration,
            trial.written,
            trial.sample,
            read_allowed(settings()),
        )
    return json_response(result)


@router.post(
    "",
    summary="Store a connector of your own",
    status_code=201,
    responses=documents(ConnectorDeclaration, 201, "Stored"),
)
@requires(Role.ANALYST)
@takes(DOCUMENT)
@reads_body_by(read_declaration_body)
async def store_connector_declaration(
    request: Request, db: Db, caller: CurrentCaller, new: NewDeclaration
) -> Response:
    """Stores a declaration by its name. The connectors that use it follow it from their next poll on.

    Where it would send stored credentials to other origins than they were entered for, or in another
    way, those connectors stop (status error) until their credentials are entered again.
    """
    document = request.state.declared
    name = document["name"]
    row = {"name": name, "title": document["title"], "document": document, "written": new.written}
    reentries = await declarations.store_declaration(db, row, caller.actor)
    details = {"credentials_to_reenter": reentries} if reentries else {}
    await audit.record(db, caller.actor, "declaration.stored", f"declaration:{name}", **details)
    return json_response(await declarations.read_declaration(db, name), 201)


@router.delete(
    "/{declaration_name}",
    summary="Delete a connector of your own",
    status_code=204,
    responses={204: {"description": "Deleted"}},
)
@requires(Role.ADMIN)
async def delete_connector_declaration(db: Db, caller: CurrentCaller, declaration_name: Name) -> Response:
    """Deletes a declaration that no connector uses."""
    stored = await declarations.read_declaration(db, declaration_name)
    if stored is None:
        raise not_found("declaration")
    if stored["connectors"]:
        raise conflict("declaration_in_use", f"{stored['connectors']} connectors use it: delete them first")
    await declarations.delete_declaration(db, declaration_name)
    await audit.record(db, caller.actor, "declaration.deleted", f"declaration:{declaration_name}")
    return Response(status_code=204)
