"""The audit log."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents
from api.operation import Db, Operation
from api.queries.tenancy import audit
from api.resources.list_page import read_page, returns_page_of
from api.schemas.tenancy.audit import AuditEntry, AuditFilters
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=Operation)


@router.get("", summary="List audit entries", responses=documents(Page[AuditEntry]))
@requires(Role.ADMIN)
@returns_page_of(audit.AUDIT_ENTRIES)
async def list_audit_entries(
    db: Db, filters: Annotated[AuditFilters, build_filter_dependency(AuditFilters)]
) -> Response:
    """Every change, sign-in and export of the workspace, newest first."""
    return await read_page(db, audit.AUDIT_ENTRIES, filters)
