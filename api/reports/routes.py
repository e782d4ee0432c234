"""The weekly report on a page and by e-mail."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access.permissions import requires
from api.http.errors import conflict
from api.http.responses import documents, row_or_404
from api.operation import CurrentCaller, Db, Operation
from api.reports import queries as reports
from api.reports.schemas import ReportRequest, ReportWish, WeeklyReport
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1", tags=["personal"], route_class=Operation)


@router.get("/reports/weekly", summary="Get the weekly report", responses=documents(WeeklyReport))
@requires(Role.VIEWER)
async def read_weekly_report(db: Db, request: Annotated[ReportRequest, Query()]) -> Response:
    """What failed, what was fixed and what is likely to come back, for one week.

    It is written once the week has ended, and never changes afterwards. A week from before that was done says
    nothing of what was likely or to be fixed then.
    """
    return row_or_404(await reports.read_report(db, request.week), "week that has begun")


@router.get("/me/weekly-report", summary="Get own wish for the report", responses=documents(ReportWish))
@requires(Role.VIEWER)
async def read_report_wish(db: Db, caller: CurrentCaller) -> Response:
    """Whether the caller gets the weekly report by e-mail."""
    return row_or_404(await reports.read_wish(db, caller), "workspace")


@router.put("/me/weekly-report", summary="Set own wish for the report", responses=documents(ReportWish))
@requires(Role.VIEWER)
async def set_report_wish(db: Db, caller: CurrentCaller, wish: ReportWish) -> Response:
    """From the next Monday on, the caller gets the weekly report by e-mail, or no longer does."""
    if caller.kind != "user":
        raise conflict("not_a_member", "a service account has no e-mail address: sign in as a person")
    if wish.by_email and not settings().smtp_url:
        raise conflict("mail_disabled", "this installation sends no e-mail: ask its administrator")
    await reports.store_wish(db, caller, wish.by_email)
    return row_or_404(await reports.read_wish(db, caller), "workspace")
