"""The Slack app of a workspace: set up by its two secrets, switched on and off, disconnected."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.http.concurrency import ConcurrencyLimit
from api.http.errors import not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside
from api.slack import queries as slack
from api.slack.connecting import find_team, seal_secrets
from api.slack.schemas import SlackApp, SlackChange, SlackMessage, SlackMessageFilters, SlackSetup
from causeloop_pipeline.model.slack import SlackMode
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.outbound.slack.manifest import build_manifest
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1/slack", tags=["alerts"], route_class=Operation)

NO_APP = {
    "is_connected": False,
    "team_id": None,
    "team_name": None,
    "channel_id": None,
    "mode": SlackMode.OFF,
    "error": None,
    "set_up_at": None,
    "started_at": None,
}


@router.get("", summary="Get the Slack app", responses=documents(SlackApp))
@requires(Role.VIEWER)
async def read_slack_app(db: Db) -> Response:
    """The app without its secrets, and the manifest of which Slack makes it."""
    return json_response(await _read(db))


@router.put("", summary="Set the Slack app up", responses=documents(SlackApp))
@requires(Role.ADMIN)
@calls_outside
async def set_up_slack(request: Request, db: Db, caller: CurrentCaller, setup: SlackSetup) -> Response:
    """Asks Slack whose token it is, and stores both secrets encrypted, in place of those before."""
    check_feature(caller, "alerts")
    limit: ConcurrencyLimit = request.app.state.connection_tests
    with limit.hold(caller.workspace_id):
        team = await run_in_threadpool(find_team, setup.bot_token.get_secret_value())
    bot_token, signing_secret = (each.get_secret_value() for each in (setup.bot_token, setup.signing_secret))
    sealed = seal_secrets(caller.workspace_id, bot_token, signing_secret)
    async with db.writing():
        await slack.store_app(db, team, setup.model_dump(mode="json"), sealed, caller.actor)
        subject = f"workspace:{db.workspace_id}"
        team_id, channel_id = team["team_id"], setup.channel_id
        await audit.record(
            db, caller.actor, "slack.set_up", subject, team_id=team_id, channel_id=channel_id, mode=setup.mode
        )
    return json_response(await _read(db))


@router.patch("", summary="Change the Slack app", responses=documents(SlackApp))
@requires(Role.ADMIN)
async def change_slack_app(db: Db, caller: CurrentCaller, change: SlackChange) -> Response:
    """Chooses another channel, or whether cards are posted. What was only listed is not posted afterwards."""
    if not await slack.change_app(db, change.channel_id, change.mode):
        raise not_found("Slack app")
    changes = change.model_dump(mode="json", exclude_none=True)
    await audit.record(db, caller.actor, "slack.changed", f"workspace:{db.workspace_id}", **changes)
    return json_response(await _read(db))


@router.delete("", summary="Disconnect Slack", status_code=204)
@requires(Role.ADMIN)
async def disconnect_slack(db: Db, caller: CurrentCaller) -> Response:
    """Deletes both secrets. What was posted stays in Slack, where its buttons no longer work."""
    await slack.delete_app(db)
    await audit.record(db, caller.actor, "slack.disconnected", f"workspace:{db.workspace_id}")
    return Response(status_code=204)


@router.get("/messages", summary="List messages in Slack", responses=documents(Page[SlackMessage]))
@requires(Role.VIEWER)
@returns_page_of(slack.SLACK_MESSAGES)
async def list_slack_messages(
    db: Db, filters: Annotated[SlackMessageFilters, build_filter_dependency(SlackMessageFilters)]
) -> Response:
    """Cards and what resurfaced; with status `shadow`: what would have been posted."""
    return await read_page(db, slack.SLACK_MESSAGES, filters)


async def _read(db: Db) -> dict[str, Any]:
    app = await slack.read_app(db) or NO_APP
    return {**app, "manifest": build_manifest(settings().public_url, db.workspace_id)}
