"""Post-mortems: a document is read before it is imported; its done action items are claimed fixes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.auth.queries import audit
from api.http.bounds import UPLOAD, takes
from api.http.computing.processes import Computing
from api.http.errors import broken_rule, conflict, not_found
from api.http.file_body import FILE_BODY, FileName, read_file_body, require_file
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, row_or_404
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside, reads_body_by
from api.postmortems.importing import import_postmortem
from api.postmortems.queries import postmortems
from api.postmortems.queries.cited_items import read_cited
from api.postmortems.schemas import (
    MAX_PATTERNS,
    CitedItems,
    ItemChange,
    Postmortem,
    PostmortemChange,
    PostmortemFilters,
    PostmortemRow,
    SuggestedPatterns,
)
from api.postmortems.suggesting import suggest_patterns
from api.postmortems.understanding import understand
from api.uploads.queries import read_timezone
from causeloop_pipeline.model.postmortem import PostmortemStatus
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/postmortems", tags=["recommendations"], route_class=Operation)

Address = Annotated[
    str | None,
    Query(max_length=2_000, pattern=r"^https?://\S+$", description="Where the document stands"),
]


@router.get("", summary="List post-mortems", responses=documents(Page[PostmortemRow]))
@requires(Role.VIEWER)
@returns_page_of(postmortems.POSTMORTEMS)
async def list_postmortems(
    db: Db, filters: Annotated[PostmortemFilters, build_filter_dependency(PostmortemFilters)]
) -> Response:
    """The post-mortems that people uploaded, newest first."""
    return await read_page(db, postmortems.POSTMORTEMS, filters)


@router.get("/items", summary="List action items of patterns", responses=documents(CitedItems))
@requires(Role.VIEWER)
async def list_cited_items(
    db: Db, pattern_id: Annotated[list[UUID], Query(min_length=1, max_length=MAX_PATTERNS)]
) -> Response:
    """What was to be done after incidents of some patterns, in the words of the post-mortems."""
    return row_or_404(await read_cited(db, pattern_id), "pattern")


@router.get("/{postmortem_id}", summary="Get a post-mortem", responses=documents(Postmortem))
@requires(Role.VIEWER)
async def read_postmortem(db: Db, postmortem_id: UUID) -> Response:
    """What was understood of a post-mortem, its action items, and whether what was done held."""
    return json_response(await _require(db, postmortem_id))


@router.get(
    "/{postmortem_id}/patterns",
    summary="Get the patterns that a post-mortem may be about",
    responses=documents(SuggestedPatterns),
)
@requires(Role.VIEWER)
@calls_outside
async def suggest_patterns_of_postmortem(request: Request, db: Db, postmortem_id: UUID) -> Response:
    """Patterns that the document names, and similar ones with their probability: a person confirms one."""
    suggested = await suggest_patterns(db, request.app.state.computing, postmortem_id)
    if suggested is None:
        raise not_found("post-mortem")
    return json_response(suggested)


@router.post(
    "",
    summary="Upload a post-mortem",
    status_code=201,
    responses=documents(Postmortem, 201, "Read, and nothing imported yet"),
    openapi_extra=FILE_BODY,
)
@requires(Role.ANALYST)
@takes(UPLOAD)
@reads_body_by(read_file_body)
@calls_outside
async def upload_postmortem(
    request: Request, db: Db, caller: CurrentCaller, name: FileName, url: Address = None
) -> Response:
    """Reads a document, sent as the body: Markdown, HTML, Confluence's storage format, Word, or a zip of one.

    Nothing is claimed before it is imported. The document itself is not stored, only what was read of it.
    """
    content = await require_file(request, name)
    computing: Computing = request.app.state.computing
    async with db.writing():
        timezone = await read_timezone(db)
    read = await computing.run(db.workspace_id, understand, content, name, url, timezone)
    async with db.writing():
        postmortem_id = await postmortems.store_draft(db, read, name, caller.actor)
        await audit.record(db, caller.actor, "postmortem.uploaded", f"postmortem:{postmortem_id}", file=name)
    location = {"Location": f"/v1/postmortems/{postmortem_id}"}
    return json_response(await _require(db, postmortem_id), 201, location)


@router.patch("/{postmortem_id}", summary="Correct a post-mortem", responses=documents(Postmortem))
@requires(Role.ANALYST)
async def change_postmortem(
    db: Db, caller: CurrentCaller, postmortem_id: UUID, change: PostmortemChange
) -> Response:
    """Confirms which patterns it is about, and corrects what was understood of it and of its items."""
    await _lock(db, postmortem_id)
    if change.pattern_ids and (missing := await postmortems.list_missing_patterns(db, change.pattern_ids)):
        raise broken_rule("no_such_pattern", f"there is no pattern {missing[0]}", "/pattern_ids")
    await postmortems.change_postmortem(
        db,
        postmortem_id,
        title=change.title,
        occurred_at=change.occurred_at,
        services=change.services,
        pattern_ids=list(dict.fromkeys(change.pattern_ids)) if change.pattern_ids is not None else None,
    )
    for place, item in enumerate(change.items):
        await _change_item(db, postmortem_id, place, item)
    await postmortems.claim_done_items(db)
    await audit.record(db, caller.actor, "postmortem.changed", f"postmortem:{postmortem_id}")
    return json_response(await _require(db, postmortem_id))


@router.post("/{postmortem_id}/import", summary="Import a post-mortem", responses=documents(Postmortem))
@requires(Role.ANALYST)
async def start_postmortem_import(db: Db, caller: CurrentCaller, postmortem_id: UUID) -> Response:
    """Claims the fixes that its done items are, for the patterns that were confirmed.

    A document that was imported before is updated: an item that is done now becomes a claim.
    """
    stored = await _lock(db, postmortem_id)
    done = postmortem_id
    if stored["status"] == PostmortemStatus.DRAFT:
        done = await import_postmortem(db, postmortem_id, stored["source"], caller.actor)
        await audit.record(db, caller.actor, "postmortem.imported", f"postmortem:{done}")
    return json_response(await _require(db, done))


@router.post("/{postmortem_id}/undo", summary="Undo a post-mortem's import", responses=documents(Postmortem))
@requires(Role.ANALYST)
async def undo_postmortem_import(db: Db, caller: CurrentCaller, postmortem_id: UUID) -> Response:
    """Takes the import back: all claims of its items are withdrawn."""
    stored = await _lock(db, postmortem_id)
    if stored["status"] == PostmortemStatus.IMPORTED:
        await postmortems.undo(db, postmortem_id)
        await audit.record(db, caller.actor, "postmortem.undone", f"postmortem:{postmortem_id}")
    return json_response(await _require(db, postmortem_id))


@router.delete(
    "/{postmortem_id}",
    summary="Delete a post-mortem",
    status_code=204,
    responses={204: {"description": "Deleted"}},
)
@requires(Role.ANALYST)
async def delete_postmortem(db: Db, caller: CurrentCaller, postmortem_id: UUID) -> Response:
    """Throws away what was read and not imported."""
    row = await postmortems.lock_postmortem(db, postmortem_id)
    if row is None:
        raise not_found("post-mortem")
    if row["status"] == PostmortemStatus.IMPORTED:
        raise conflict("postmortem_imported", "it is imported: undo the import instead")
    await postmortems.delete_draft(db, postmortem_id)
    await audit.record(db, caller.actor, "postmortem.deleted", f"postmortem:{postmortem_id}")
    return Response(status_code=204)


async def _lock(db: Db, postmortem_id: UUID) -> dict[str, Any]:
    row = await postmortems.lock_postmortem(db, postmortem_id)
    if row is None:
        raise not_found("post-mortem")
    if row["status"] == PostmortemStatus.UNDONE:
        raise conflict("upload_undone", "the import was undone: upload the document again")
    return dict(row)


async def _change_item(db: Db, postmortem_id: UUID, place: int, item: ItemChange) -> None:
    is_stored = await postmortems.change_item(
        db,
        postmortem_id,
        item.id,
        kind=item.kind,
        is_done=item.is_done,
        done_on=item.done_on,
        is_dropped=item.is_dropped,
    )
    if not is_stored:
        raise broken_rule("no_such_item", "the post-mortem has no such item", f"/items/{place}/id")


async def _require(db: Db, postmortem_id: UUID) -> dict[str, Any]:
    postmortem = await postmortems.read_postmortem(db, postmortem_id)
    if postmortem is None:
        raise not_found("post-mortem")
    return postmortem
