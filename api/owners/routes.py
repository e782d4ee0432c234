"""Who owns services, patterns and recommendations: by hand, and from CODEOWNERS files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.auth.queries import audit
from api.connectors import queries as connectors
from api.connectors import setup
from api.http.bounds import DOCUMENT, takes
from api.http.computing.processes import Computing
from api.http.errors import Problem, broken_rule
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, json_text_response
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside, reads_by_post
from api.owners import queries as owners
from api.owners.code_owners import read_code_owners
from api.owners.queries import OWNERS
from api.owners.schemas import (
    CodeOwners,
    CodeOwnersFile,
    CodeOwnersRequest,
    NewOwner,
    OwnerAnswer,
    OwnerFilters,
    OwnerNames,
    OwnerRequest,
    StoredOwner,
    UnderstoodCodeOwners,
)
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.model.owner import OwnedKind, OwnerSource
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.outbound.code_owners_file import has_code_owners, read_code_owners_file
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.vault import SecretError

router = APIRouter(prefix="/v1/owners", tags=["owners"], route_class=Operation)


@router.get("", summary="List owners", responses=documents(Page[StoredOwner]))
@requires(Role.VIEWER)
@returns_page_of(OWNERS)
async def list_owners(
    db: Db, filters: Annotated[OwnerFilters, build_filter_dependency(OwnerFilters)]
) -> Response:
    """Who owns what, as people and CODEOWNERS files say, the latest first."""
    return await read_page(db, OWNERS, filters)


@router.get("/names", summary="List the names of owners", responses=documents(OwnerNames))
@requires(Role.VIEWER)
async def list_owner_names(db: Db) -> Response:
    """The names of all owners, those of teams that tools name among them, at most 500."""
    return json_text_response(await owners.read_names(db) or "{}")


@router.get("/of", summary="Get an owner", responses=documents(OwnerAnswer))
@requires(Role.VIEWER)
async def read_owner(db: Db, request: Annotated[OwnerRequest, Query()]) -> Response:
    """Who owns an item: by hand, else by CODEOWNERS, else the team that the tools' records name."""
    return json_response({"owner": await owners.read_owner(db, request.item_kind, request.item)})


@router.put("", summary="Set an owner", responses=documents(OwnerAnswer))
@requires(Role.ANALYST)
async def set_owner(db: Db, caller: CurrentCaller, new: NewOwner) -> Response:
    """Says who owns an item, before any other source; without a name, other sources count again."""
    if new.item_kind != OwnedKind.SERVICE:
        await _check_item(db, new.item_kind, new.item)
    if new.name is None and new.repository is None:
        await owners.delete_owner(db, new.item_kind, new.item, OwnerSource.PERSON)
    else:
        row = (new.item, new.name, new.contact, new.repository)
        await owners.store_owners(db, new.item_kind, OwnerSource.PERSON, caller.actor, [row])
    await audit.record(db, caller.actor, "owner.set", f"{new.item_kind}:{new.item}", name=new.name)
    return json_response({"owner": await owners.read_owner(db, new.item_kind, new.item)})


@router.post("/codeowners", summary="Read a CODEOWNERS file", responses=documents(UnderstoodCodeOwners))
@requires(Role.ANALYST)
@takes(DOCUMENT)
@calls_outside
async def understand_code_owners(
    request: Request, db: Db, caller: CurrentCaller, file: CodeOwners
) -> Response:
    """Finds the services that a CODEOWNERS file names, and stores their owners with `save`."""
    async with db.writing():
        services = await owners.read_services(db)
    computing: Computing = request.app.state.computing
    owned, rules = await computing.run(
        db.workspace_id, read_code_owners, file.text, services, file.repository
    )
    if file.save and owned:
        rows = [(each.service, each.owner, None, file.repository) for each in owned]
        async with db.writing():
            await owners.store_owners(db, OwnedKind.SERVICE, OwnerSource.CODEOWNERS, caller.actor, rows)
            await audit.record(db, caller.actor, "owner.imported", "workspace", services=len(rows))
    named = {each.service for each in owned}
    return json_response(
        {
            "services": [
                {
                    "service": each.service,
                    "owner": each.owner,
                    "line": each.rule.line,
                    "pattern": each.rule.pattern,
                }
                for each in owned
            ],
            "rules": rules,
            "without_owner": sorted(set(services) - named),
            "saved": file.save and bool(owned),
        }
    )


@router.post("/codeowners/fetch", summary="Fetch a CODEOWNERS file", responses=documents(CodeOwnersFile))
@requires(Role.ANALYST)
@calls_outside
@reads_by_post
async def fetch_code_owners(db: Db, caller: CurrentCaller, source: CodeOwnersRequest) -> Response:
    """Reads the CODEOWNERS file of a repository through a connector of GitHub, GitLab or Forgejo."""
    async with db.writing():
        stored = await connectors.read_with_secrets(db, source.connector_id)
    if stored is None:
        raise broken_rule("no_such_connector", "this workspace has no such connector", "/connector_id")
    setup.check_type_included(caller, stored["type"])
    tool = setup.find_tool(stored["type"])
    if not has_code_owners(tool.name):
        raise broken_rule("no_code_owners", f"{tool.title} has no CODEOWNERS files", "/connector_id")
    try:
        credentials = setup.open_credentials(stored)
    except SecretError as error:
        raise Problem(409, "connector_inactive", str(error)) from None
    egress = EgressPolicy.parse(read_allowed(settings()))
    try:
        file = await run_in_threadpool(
            read_code_owners_file, tool, stored["config"], credentials, egress, source.repository
        )
    except OutsideFailure as failure:
        raise broken_rule("tool_failed", failure.reason, "/repository") from None
    if file is None:
        raise broken_rule("no_code_owners", "this repository has no CODEOWNERS file", "/repository")
    return json_response({"path": file.path, "text": file.text})


async def _check_item(db: Db, item_kind: OwnedKind, item: str) -> None:
    try:
        is_there = await owners.has_item(db, item_kind, UUID(item))
    except ValueError:
        is_there = False
    if not is_there:
        raise broken_rule("no_such_item", f"this workspace has no such {item_kind}", "/item")
