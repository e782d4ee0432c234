"""Types of connectors: the catalog, and how each is connected."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.connectors.catalog import build_catalog
from api.connectors.declarations.queries import read_documents
from api.connectors.types.schemas import ConnectorGuide, ConnectorType
from api.http.errors import not_found
from api.http.responses import Rows, documents, json_response
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.connectors.guide import build_guide
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=Operation)


@router.get("/catalog", summary="List connector types", responses=documents(Rows[ConnectorType]))
@requires(Role.VIEWER)
async def list_connector_types(db: Db, caller: CurrentCaller) -> Response:
    """All tools that can be connected, the workspace's own included, and whether the plan includes them."""
    catalog = await run_in_threadpool(build_catalog, caller.plan, await read_documents(db))
    return json_response({"data": catalog})


@router.get("/catalog/{connector_type}", summary="Show a connector type", responses=documents(ConnectorGuide))
@requires(Role.VIEWER)
async def show_connector_type(
    connector_type: Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9_]+$")],
) -> Response:
    """Credentials and their least rights, what to enter in the tool, what is read, and what is not."""
    if connector_type not in CONNECTORS:
        raise not_found("connector type")
    tool = CONNECTORS[connector_type]
    sections = [asdict(section) for section in build_guide(tool)]
    guide = {"type": tool.name, "title": tool.title, "docs_url": tool.docs_url, "sections": sections}
    return json_response(guide)
