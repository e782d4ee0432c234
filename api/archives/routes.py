"""Archives of the whole workspace: written by the pipeline, and downloaded in one piece or several."""

import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.access.permissions import requires
from api.archives import queries as archives
from api.archives.schemas import Archive
from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.http.errors import Problem, conflict, not_found
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["export"], route_class=Operation)

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@router.post(
    "/workspace/archives",
    summary="Request an archive of the workspace",
    status_code=202,
    responses=documents(Archive, 202, "Requested"),
)
@requires(Role.ADMIN)
async def request_archive(db: Db, caller: CurrentCaller) -> Response:
    """All of the workspace as a zip of parquet files, without secrets. One is written at a time."""
    check_feature(caller, "export")
    archive_id = await archives.request_archive(db, caller.actor)
    await audit.record(db, caller.actor, "workspace.archive_requested", f"archive:{archive_id}")
    return json_response(await _read(db, archive_id), 202)


@router.get(
    "/workspace/archives/{archive_id}", summary="Get an archive's status", responses=documents(Archive)
)
@requires(Role.ADMIN)
async def read_archive(db: Db, archive_id: UUID) -> Response:
    """Whether it is ready, and its checksum."""
    return json_response(await _read(db, archive_id))


@router.get(
    "/workspace/archives/{archive_id}/file",
    summary="Download an archive",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The whole file", "content": {"application/zip": {}}},
        206: {"description": "The range of bytes that was requested", "content": {"application/zip": {}}},
    },
)
@requires(Role.ADMIN)
async def download_archive(request: Request, db: Db, caller: CurrentCaller, archive_id: UUID) -> Response:
    """The file; a `Range` of bytes continues a download that broke off."""
    check_feature(caller, "export")
    archive = await _read(db, archive_id)
    if archive["status"] != "ready":
        raise conflict(
            "archive_not_ready", f"this archive is {archive['status']}: read its status again later"
        )
    size, etag = archive["bytes"], f'"{archive["sha256"]}"'
    span = _read_range(request, size, etag)
    headers = {
        "Content-Disposition": f'attachment; filename="workspace-{archive_id}.zip"',
        "Accept-Ranges": "bytes",
        "ETag": etag,
    }
    first, last = span or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(
        archives.read_bytes(db, archive_id, first, last),
        206 if span else 200,
        headers,
        media_type="application/zip",
    )


async def _read(db: Db, archive_id: UUID) -> dict[str, Any]:
    archive = await archives.read_archive(db, archive_id)
    if archive is None:
        raise not_found("archive")
    return archive


def _read_range(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """The first and last byte that are wanted; None: all. 416 where there are no such bytes."""
    header = request.headers.get("range", "")
    match = RANGE.fullmatch(header.strip())
    if not match or match[0] == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return None
    begin, end = match.groups()
    first = int(begin) if begin else max(0, size - int(end))
    last = min(int(end), size - 1) if begin and end else size - 1
    if first > last:
        raise Problem(
            416,
            "range_not_satisfiable",
            f"the archive has {size} bytes: ask for others",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return first, last
