"""Uploads: a file is read and shown before it is imported, and its import can be undone."""

import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.auth.queries import audit
from api.http.bounds import UPLOAD, takes
from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.http.errors import conflict, not_found
from api.http.file_body import FILE_BODY, FileName, read_file_body, require_file
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside, reads_body_by
from api.uploads import queries as uploads
from api.uploads.importing import import_upload
from api.uploads.sample import SAMPLE_NAME, write_sample
from api.uploads.schemas import ImportRequest, Upload, UploadChoices, UploadFilters
from api.uploads.understanding import understand
from causeloop_pipeline.model.raw_record import sha256_hex
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/uploads", tags=["connectors"], route_class=Operation)


@router.get("", summary="List uploads", responses=documents(Page[Upload]))
@requires(Role.ANALYST)
@returns_page_of(uploads.UPLOADS)
async def list_uploads(db: Db, filters: Annotated[UploadFilters, Query()]) -> Response:
    """The files that people uploaded, newest first."""
    return await read_page(db, uploads.UPLOADS, filters)


@router.get("/{upload_id}", summary="Get an upload", responses=documents(Upload))
@requires(Role.ANALYST)
async def read_upload(db: Db, upload_id: UUID) -> Response:
    """A file, what was understood of it, and what its import brought."""
    return json_response(await _require(db, upload_id))


@router.post(
    "",
    summary="Upload a file",
    status_code=201,
    responses=documents(Upload, 201, "Read, and nothing imported yet"),
    openapi_extra=FILE_BODY,
)
@requires(Role.ANALYST)
@takes(UPLOAD)
@reads_body_by(read_file_body)
@calls_outside
async def upload_file(request: Request, db: Db, caller: CurrentCaller, name: FileName) -> Response:
    """Reads a file, sent as the body, and says what was understood of it. Nothing is imported yet.

    It is kept for a day, and as one of the five newest that are not imported.
    """
    content = await require_file(request, name)
    return await _store(request, db, caller.actor, name, content)


@router.post(
    "/sample",
    summary="Upload the sample",
    status_code=201,
    responses=documents(Upload, 201, "Imported"),
)
@requires(Role.ANALYST)
@calls_outside
async def upload_sample(request: Request, db: Db, caller: CurrentCaller) -> Response:
    """Imports a small sample of failures of the last months, which can be undone like every import."""
    content = await run_in_threadpool(write_sample)
    response_id = await _store_draft(request, db, caller.actor, SAMPLE_NAME, content)
    computing: Computing = request.app.state.computing
    target = ImportRequest(display_name="Sample")
    upload_id = await import_upload(db, caller, computing, response_id, target)
    return json_response(await _require(db, upload_id), 201, {"Location": f"/v1/uploads/{upload_id}"})


@router.patch("/{upload_id}", summary="Change how an upload is read", responses=documents(Upload))
@requires(Role.ANALYST)
@calls_outside
async def change_upload(request: Request, db: Db, upload_id: UUID, choices: UploadChoices) -> Response:
    """Reads the file again with what a person says of its columns, dates and key."""
    async with db.writing():
        stored = await uploads.read_stored(db, upload_id)
        timezone = choices.timezone or await uploads.read_timezone(db)
    if stored is None:
        raise not_found("upload")
    if stored["status"] != "draft":
        raise conflict("upload_imported", "it is imported: undo the import, and upload the file again")
    chosen = choices.model_dump() | {"timezone": timezone}
    understood = await _understand(request, db, stored["file_name"], bytes(stored["content"]), chosen)
    async with db.writing():
        if not await uploads.set_choices(db, upload_id, chosen, understood):
            raise not_found("upload")
    return json_response(await _require(db, upload_id))


@router.post("/{upload_id}/import", summary="Import an upload", responses=documents(Upload))
@requires(Role.ANALYST)
@calls_outside
async def start_import(
    request: Request, db: Db, caller: CurrentCaller, upload_id: UUID, target: ImportRequest
) -> Response:
    """Makes issues of a file's rows. The same file, read in the same way, is imported once."""
    done = await import_upload(db, caller, request.app.state.computing, upload_id, target)
    answer = await _require(db, done)
    async with db.writing():
        counts = {name: count for name, count in answer["counts"].items() if isinstance(count, int)}
        await audit.record(db, caller.actor, "upload.imported", f"upload:{done}", **counts)
    return json_response(answer)


@router.post(
    "/{upload_id}/undo",
    summary="Undo an import",
    status_code=202,
    responses=documents(Upload, 202, "The next run takes it back"),
)
@requires(Role.ANALYST)
async def undo_import(db: Db, caller: CurrentCaller, upload_id: UUID) -> Response:
    """Takes back what the import brought, and nothing that came in another way too."""
    upload = await _require(db, upload_id)
    if upload["status"] == "draft":
        raise conflict("upload_not_imported", "it is not imported: delete it instead")
    if await uploads.undo(db, upload_id, upload["file_name"]):
        await audit.record(db, caller.actor, "upload.undone", f"upload:{upload_id}")
    return json_response(await _require(db, upload_id), 202)


@router.delete(
    "/{upload_id}",
    summary="Delete an upload",
    status_code=204,
    responses={204: {"description": "Deleted"}},
)
@requires(Role.ANALYST)
async def delete_upload(db: Db, upload_id: UUID) -> Response:
    """Throws a file away that was not imported."""
    upload = await _require(db, upload_id)
    if upload["status"] != "draft":
        raise conflict("upload_imported", "it is imported: undo the import instead")
    await uploads.delete_draft(db, upload_id)
    return Response(status_code=204)


async def _store(request: Request, db: Db, actor: str, name: str, content: bytes) -> Response:
    upload_id = await _store_draft(request, db, actor, name, content)
    return json_response(await _require(db, upload_id), 201, {"Location": f"/v1/uploads/{upload_id}"})


async def _store_draft(request: Request, db: Db, actor: str, name: str, content: bytes) -> UUID:
    upload_id = uuid.uuid4()
    async with db.writing():
        choices = {"timezone": await uploads.read_timezone(db)}
    understood = await _understand(request, db, name, content, choices)
    row = {
        "file_name": name,
        "content": content,
        "file_sha256": sha256_hex(content),
        "choices": choices,
        "understanding": understood,
        "uploaded_by": actor,
    }
    async with db.writing():
        await uploads.store_draft(db, upload_id, row)
        await audit.record(db, actor, "upload.created", f"upload:{upload_id}", file=name)
    return upload_id


async def _understand(
    request: Request, db: WorkspaceDatabase, name: str, content: bytes, choices: dict[str, Any]
) -> dict[str, Any]:
    computing: Computing = request.app.state.computing
    understood: dict[str, Any] = await computing.run(db.workspace_id, understand, content, name, choices)
    return understood


async def _require(db: Db, upload_id: UUID) -> dict[str, Any]:
    upload = await uploads.read_upload_row(db, upload_id)
    if upload is None:
        raise not_found("upload")
    return upload
