"""Imports an upload: its records are read beside the event loop, and stored with what they belong to."""

import asyncio
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from api.access.caller import Caller
from api.connectors import queries as connectors
from api.connectors import setup
from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule, conflict, not_found
from api.onboarding import queries as onboarding
from api.uploads import queries as uploads
from api.uploads.schemas import ImportRequest
from api.uploads.understanding import UPLOAD_TYPE, ReadUpload, read_upload
from causeloop_pipeline.landing.polling.absences import make_absent
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.model.tenancy import SetupStep
from causeloop_pipeline.storage.raw.records import LandingCount, Origin

DATES_IN_NAMES = re.compile(r"[-_. ]*\d{4}[-_.]?\d{2}([-_.]?\d{2})?.*$")
MAX_NAME = 120
ENDINGS = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


def name_connector(file_name: str) -> str:
    """What a file's tool may be called: its name without ending and date."""
    stem = ENDINGS.sub("", file_name)
    plain = DATES_IN_NAMES.sub("", stem) or stem
    return plain.replace("_", " ").strip()[:MAX_NAME] or "Upload"


async def import_upload(
    db: WorkspaceDatabase, caller: Caller, computing: Computing, upload_id: UUID, request: ImportRequest
) -> UUID:
    """Import a draft; the upload that brought the same before, where there is one."""
    async with db.writing():
        stored = await uploads.read_stored(db, upload_id)
        if stored is None:
            raise not_found("upload")
        if stored["status"] != "draft":
            if stored["status"] == "imported":
                return upload_id
            raise conflict("upload_undone", "the import was undone: upload the file again")
        connector_id, is_new = await _choose_connector(db, caller, request)
        choices = orjson.loads(stored["choices"])
        same = [] if is_new else await uploads.find_same(db, stored["file_sha256"], connector_id)
        alike = [other for other in same if orjson.loads(other["choices"]) == choices]
        if alike and alike[0]["is_newest"]:
            await uploads.delete_draft(db, upload_id)
            return UUID(str(alike[0]["upload_id"]))
    read = await computing.run(
        db.workspace_id, read_upload, bytes(stored["content"]), stored["file_name"], choices, upload_id
    )
    async with db.writing():
        if is_new:
            await _create_connector(
                db, caller, connector_id, request.display_name or stored["file_name"], request
            )
        for other in same:  # the same file, read otherwise: the former reading gives way
            if other not in alike:
                await uploads.undo(db, other["upload_id"], stored["file_name"])
        absent = await _end_absent(db, connector_id, upload_id, read)
    origin = Origin(connector_id, await _read_site(db, connector_id), None, UPLOAD_TYPE)
    count = await asyncio.shield(uploads.land_upload(db, origin, read.records, read.quarantined))
    await asyncio.shield(uploads.land_upload(db, origin, absent, []))
    async with db.writing():
        await uploads.mark_imported(
            db, upload_id, connector_id, _describe(read, count), made_connector=is_new
        )
        for step in (SetupStep.CONNECT_SOURCE, SetupStep.FIRST_SYNC):
            await onboarding.complete_step(db, step)
    return upload_id


async def _choose_connector(
    db: WorkspaceDatabase, caller: Caller, request: ImportRequest
) -> tuple[UUID, bool]:
    """The connector that takes the upload, and whether it has to be made."""
    if request.connector_id is not None:
        connector = await connectors.read_connector(db, request.connector_id)
        if connector is None or connector["type"] != UPLOAD_TYPE:
            detail = "there is no such connector of the type file_upload: name one, or leave it out"
            raise broken_rule("no_such_connector", detail, "/connector_id")
        return request.connector_id, False
    await connectors.lock_connectors(db)
    setup.check_plan(caller, UPLOAD_TYPE, await connectors.count_connectors(db))
    return uuid.uuid4(), True


async def _create_connector(
    db: WorkspaceDatabase, caller: Caller, connector_id: UUID, name: str, request: ImportRequest
) -> None:
    await connectors.lock_connectors(db)
    setup.check_plan(caller, UPLOAD_TYPE, await connectors.count_connectors(db))
    wanted = request.display_name or name_connector(name)
    row: dict[str, Any] = {
        "type": UPLOAD_TYPE,
        "display_name": await uploads.find_free_name(db, wanted),
        "config": {},
        "credentials": None,
        "credential_receivers": None,
        "webhook_secrets": None,
        "poll_interval_seconds": 86_400,
        "backfill_days": 0,
        "paused": False,
        "site": str(connector_id),
    }
    await connectors.create_connector(db, connector_id, row)


async def _read_site(db: WorkspaceDatabase, connector_id: UUID) -> str:
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise not_found("connector")
    return str(connector["site"])


async def _end_absent(
    db: WorkspaceDatabase, connector_id: UUID, upload_id: UUID, read: ReadUpload
) -> list[RawRecord]:
    """What says of each open result that its tool's report no longer holds that it has ended."""
    if not read.reports or read.quarantined:
        return []
    reported = {record.external_id for record in read.records}
    now = datetime.now(UTC)
    return [
        replace(make_absent(UPLOAD_TYPE, external_id, now), channel="ingest", import_id=upload_id)
        for external_id in await uploads.list_open(db, connector_id, read.reports)
        if external_id not in reported
    ]


def _describe(read: ReadUpload, count: LandingCount) -> dict[str, Any]:
    passed_over = sum(read.no_failures.values())
    return {
        "rows": count.read + passed_over,
        "new": count.new,
        "updated": count.updated,
        "duplicate": count.duplicate,
        "unreadable": count.quarantined,
        "no_failures": dict(read.no_failures),
    }
