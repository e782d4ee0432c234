"""Everything of a kind as one file."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.http.database import WorkspaceDatabase
from api.http.pagination import Listing
from api.operation import CurrentCaller, Db, Operation, require_feature
from api.queries.act import recommendations
from api.queries.detect import issues, patterns
from api.queries.predict import predictions
from api.queries.system.exports import read_all
from api.schemas.act.recommendations import Recommendation
from api.schemas.detect.issues import IssueSummary
from api.schemas.detect.patterns import Pattern
from api.schemas.predict.predictions import Prediction
from api.schemas.system.exports import Entity, ExportFormat, ExportRequest

router = APIRouter(prefix="/v1", tags=["export"], route_class=Operation)

LISTINGS: Mapping[Entity, tuple[Listing, type[BaseModel]]] = {
    Entity.ISSUES: (issues.ISSUES, IssueSummary),
    Entity.PATTERNS: (patterns.PATTERNS, Pattern),
    Entity.PREDICTIONS: (predictions.PREDICTIONS, Prediction),
    Entity.RECOMMENDATIONS: (recommendations.RECOMMENDATIONS, Recommendation),
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A file", "content": {"application/x-ndjson": {}, "text/csv": {}}},
    },
)
async def export_data(db: Db, caller: CurrentCaller, asked: Annotated[ExportRequest, Query()]) -> Response:
    """All issues, patterns, predictions or recommendations as JSON lines or CSV."""
    require_feature(caller, "export")
    listing, model = LISTINGS[asked.entity]
    headers = {"Content-Disposition": f'attachment; filename="{asked.entity}.{asked.format}"'}
    if asked.format == ExportFormat.JSONL:
        return StreamingResponse(_lines(db, listing), headers=headers, media_type="application/x-ndjson")
    columns = list(model.model_fields)
    return StreamingResponse(_table(db, listing, columns), headers=headers, media_type="text/csv")


async def _lines(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[bytes]:
    async for row in read_all(db, listing):
        yield orjson.dumps(row) + b"\n"


async def _table(db: WorkspaceDatabase, listing: Listing, columns: list[str]) -> AsyncIterator[str]:
    yield _csv_line(columns)
    async for row in read_all(db, listing):
        yield _csv_line([_cell(row[column]) for column in columns])


def _cell(value: Any) -> str:
    """A value as text; what a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else str(value)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
