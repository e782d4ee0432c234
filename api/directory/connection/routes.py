"""The connection to a directory, and its token."""

import secrets
from typing import Any

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.directory.answers import build_location
from api.directory.connection import queries as connection
from api.directory.connection.schemas import CreatedToken, DirectoryConnection, NewToken
from api.directory.operation import FEATURE, format_token
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.app.tenants import hash_key

router = APIRouter(prefix="/v1/directory", tags=["members"], route_class=Operation)


@router.get("", summary="Get the directory", responses=documents(DirectoryConnection))
@requires(Role.OWNER)
async def read_directory(db: Db) -> Response:
    """Whether an identity provider keeps the members of the workspace, and where it sends them to."""
    return json_response(await _read_connection(db))


@router.post(
    "/token",
    summary="Create a directory token",
    status_code=201,
    responses=documents(CreatedToken, 201, "Created"),
)
@requires(Role.OWNER)
async def create_directory_token(db: Db, caller: CurrentCaller, body: NewToken) -> Response:
    """Returns the token to enter at the identity provider, shown only once; it replaces the present one."""
    check_feature(caller, FEATURE)
    secret = secrets.token_urlsafe(32)
    await connection.replace_token(db, hash_key(secret), body.overlap_hours)
    subject = f"workspace:{db.workspace_id}"
    await audit.record(db, caller.actor, "directory.token_created", subject, overlap_hours=body.overlap_hours)
    answer = {**await _read_connection(db), "token": format_token(db.workspace_id, secret)}
    return json_response(answer, 201, {"Cache-Control": "no-store"})


@router.delete(
    "",
    summary="Disconnect the directory",
    status_code=204,
    responses={204: {"description": "Disconnected"}},
)
@requires(Role.OWNER)
async def disconnect_directory(db: Db, caller: CurrentCaller) -> Response:
    """The token stops working at once; people and their roles stay as they are."""
    await connection.delete_directory(db)
    await audit.record(db, caller.actor, "directory.disconnected", f"workspace:{db.workspace_id}")
    return Response(status_code=204)


async def _read_connection(db: Db) -> dict[str, Any]:
    return {"base_url": build_location(""), **await connection.read_connection(db)}
