"""The caller's saved views and notifications."""

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.responses import documents, row_or_404
from api.operation import CurrentCaller, Db, Operation, concerns_own_access
from api.preferences import queries as preferences
from api.preferences.schemas import Notifications, SavedViews
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["personal"], route_class=Operation)


@router.get("/me/saved-views", summary="Get own saved views", responses=documents(SavedViews))
@requires(Role.VIEWER)
async def read_saved_views(db: Db, caller: CurrentCaller) -> Response:
    """The filters that the caller keeps under names, by list."""
    return row_or_404(await preferences.read_saved_views(db, caller), "workspace")


@router.put("/me/saved-views", summary="Replace own saved views", responses=documents(SavedViews))
@requires(Role.VIEWER)
@concerns_own_access
async def replace_saved_views(db: Db, caller: CurrentCaller, views: SavedViews) -> Response:
    """Stores the filters that the caller keeps under names; nobody else sees them."""
    await preferences.store_saved_views(db, caller, views.model_dump())
    return row_or_404(await preferences.read_saved_views(db, caller), "workspace")


@router.get("/notifications", summary="List notifications", responses=documents(Notifications))
@requires(Role.VIEWER)
async def list_notifications(db: Db, caller: CurrentCaller) -> Response:
    """Broken feeds, graded predictions, judged fixes, resolved and reopened patterns of the last 30 days."""
    return row_or_404(await preferences.read_notifications(db, caller), "workspace")


@router.post("/notifications/seen", summary="Mark notifications as seen", responses=documents(Notifications))
@requires(Role.VIEWER)
@concerns_own_access
async def mark_notifications_seen(db: Db, caller: CurrentCaller) -> Response:
    """Notes that the caller has seen all notifications up to now."""
    await preferences.mark_seen(db, caller)
    return row_or_404(await preferences.read_notifications(db, caller), "workspace")
