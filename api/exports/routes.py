"""Exports of issues, occurrences, patterns, predictions, recommendations and the audit log as files."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

import orjson
import re2
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.audit.queries import AUDIT_ENTRIES
from api.audit.schemas import AuditEntry
from api.auth.authorize import check_feature
from api.exports.queries import read_batches
from api.exports.schemas import Entity, ExportFormat, ExportRequest
from api.http.concurrency import HeldResponse
from api.http.database import WorkspaceDatabase
from api.issues import queries as issues
from api.issues.occurrences.queries import OCCURRENCES
from api.issues.occurrences.schemas import Occurrence
from api.issues.schemas import IssueSummary
from api.listing.queries import Listing
from api.operation import CurrentCaller, Db, Operation
from api.patterns import queries as patterns
from api.patterns.schemas import Pattern
from api.predictions import queries as predictions
from api.predictions.schemas import Prediction
from api.recommendations import queries as recommendations
from api.recommendations.schemas import Recommendation
from causeloop_pipeline.model.spreadsheet_formula import FORMULA_BEGINNING
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["export"], route_class=Operation)

LISTINGS: Mapping[Entity, tuple[Listing, type[BaseModel]]] = {
    Entity.ISSUES: (issues.ISSUES, IssueSummary),
    Entity.OCCURRENCES: (OCCURRENCES, Occurrence),
    Entity.PATTERNS: (patterns.PATTERNS, Pattern),
    Entity.PREDICTIONS: (predictions.PREDICTIONS, Prediction),
    Entity.RECOMMENDATIONS: (recommendations.RECOMMENDATIONS, Recommendation),
    Entity.AUDIT: (AUDIT_ENTRIES, AuditEntry),
}
FORMULA = re2.compile(FORMULA_BEGINNING)


@router.get(
    "/export",
    summary="Export a list",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A file", "content": {"application/x-ndjson": {}, "text/csv": {}}},
    },
)
@requires(Role.ADMIN)
async def export_data(
    request: Request, db: Db, caller: CurrentCaller, export: Annotated[ExportRequest, Query()]
) -> Response:
    """All rows of a list of the workspace, or its whole audit log, as JSON lines or CSV.

    Two exports of a workspace may run at once; one whose reader stops reading is broken off.
    """
    check_feature(caller, "export")
    listing, model = LISTINGS[export.entity]
    headers = {"Content-Disposition": f'attachment; filename="{export.entity}.{export.format}"'}
    is_json = export.format == ExportFormat.JSONL
    rows = _write_json_lines(db, listing) if is_json else _write_csv(db, listing, list(model.model_fields))
    return HeldResponse(
        rows,
        [(request.app.state.exports, caller.workspace_id)],
        headers=headers,
        media_type="application/x-ndjson" if is_json else "text/csv",
    )


async def _write_json_lines(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[str]:
    async for lines in read_batches(db, listing):
        yield f"{lines}\n"


async def _write_csv(db: WorkspaceDatabase, listing: Listing, columns: list[str]) -> AsyncIterator[str]:
    yield _format_csv_line(columns)
    async for lines in read_batches(db, listing):
        yield await run_in_threadpool(_format_csv, lines, columns)


def _format_csv(lines: str, columns: list[str]) -> str:
    rows = map(orjson.loads, lines.split("\n"))
    return "".join(_format_csv_line([_format_cell(row[column]) for column in columns]) for row in rows)


def _format_cell(value: Any) -> str:
    """A value as text; an apostrophe keeps spreadsheets from running it as a formula."""
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else str(value)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if FORMULA.match(text) else text


def _format_csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
