"""The audit log."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.audit.queries import AUDIT_ENTRIES
from api.audit.schemas import AuditEntry, AuditFilters
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents
from api.listing.page import read_page, returns_page_of
from api.operation import Db, Operation
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=Operation)


@router.get("", summary="List audit entries", responses=documents(Page[AuditEntry]))
@requires(Role.ADMIN)
@returns_page_of(AUDIT_ENTRIES)
async def list_audit_entries(
    db: Db, filters: Annotated[AuditFilters, build_filter_dependency(AuditFilters)]
) -> Response:
    """Every change, sign-in and export of the workspace, newest first."""
    return await read_page(db, AUDIT_ENTRIES, filters)
