"""The three addresses that Slack calls: events, clicks and the slash command."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires_no_role
from api.http.errors import Problem
from api.http.responses import documents, json_response
from api.operation import Operation, Pool, limits_itself
from api.slack.receiving import people, queries
from api.slack.receiving.acknowledged import AcknowledgedWork
from api.slack.receiving.clicks import Click, act, read_click
from api.slack.receiving.commands import answer_command
from api.slack.receiving.people import NotAllowedError, Sender
from api.slack.receiving.schemas import Acknowledgement, CommandAnswer
from api.slack.receiving.signed import SignedRequest, receive
from causeloop_pipeline.agents.product_api import ProductApi, ProductError
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.landing.json_guard import GuardError, parse_json

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/slack/{workspace_id}", tags=["alerts"], route_class=Operation)

LOST = {
    "app_uninstalled": "the app was removed from Slack: install it again, and enter its new token",
    "tokens_revoked": "its token was revoked in Slack: install it again, and enter its new token",
}
LATER = "This takes a moment: the answer follows."
MAX_VALUES = 5_000


@router.post("/events", summary="Receive an event of Slack", responses=documents(Acknowledgement))
@requires_no_role
@limits_itself
async def receive_slack_event(request: Request, pool: Pool, workspace_id: UUID) -> Response:
    """Answers Slack's check of the address; an app that was removed is noted. Unsigned: 401."""
    signed = await receive(request, pool, workspace_id)
    event = await _parse(signed.body)
    if event.get("type") == "url_verification":
        return json_response({"challenge": str(event.get("challenge", ""))[:500]})
    inner = event.get("event")
    kind = inner.get("type") if isinstance(inner, dict) else None
    if event.get("team_id") == signed.app.team_id and kind in LOST:
        await queries.note_app_error(signed.db, LOST[kind])
    return json_response({})


@router.post("/interactions", summary="Receive a click in Slack", responses=documents(Acknowledgement))
@requires_no_role
@limits_itself
async def receive_slack_click(request: Request, pool: Pool, workspace_id: UUID) -> Response:
    """Records what a button of a card means, as the person who clicked; nobody else sees the answer."""
    signed = await receive(request, pool, workspace_id)
    payload = await _parse(_read_form(signed.body).get("payload", "").encode())
    user, team = payload.get("user"), payload.get("team")
    click = read_click(payload)
    if click is None or not isinstance(user, dict) or _read_id(team) != signed.app.team_id:
        return json_response({})
    sender = people.read_sender(payload, user.get("id"))
    work: AcknowledgedWork = request.app.state.slack_work
    task = await work.run(workspace_id, _record(request.app, signed, sender, click))
    if task.done():
        task.result()
    return json_response({})


@router.post("/commands", summary="Receive a command of Slack", responses=documents(CommandAnswer))
@requires_no_role
@limits_itself
async def receive_slack_command(request: Request, pool: Pool, workspace_id: UUID) -> Response:
    """Answers `/causeloop seen-before TEXT`, `due` and `help` under the role of whoever typed it."""
    signed = await receive(request, pool, workspace_id)
    form = _read_form(signed.body)
    if form.get("team_id") != signed.app.team_id:
        raise Problem(403, "no_membership", "this app is of another team of Slack")
    sender = people.read_sender(form, form.get("user_id"))
    work: AcknowledgedWork = request.app.state.slack_work

    async def ask(api: ProductApi) -> str:
        return await answer_command(api, form.get("text", ""))

    task = await work.run(workspace_id, _ask(request.app, signed, sender, ask))
    if task.done():
        return json_response({"response_type": "ephemeral", "text": task.result()})
    task.add_done_callback(lambda done: work.start(_tell(sender, done.result())))
    return json_response({"response_type": "ephemeral", "text": LATER})


async def _record(app: FastAPI, signed: SignedRequest, sender: Sender, click: Click) -> None:
    async def record(api: ProductApi) -> str:
        text = await act(api, click)
        await queries.request_edit(signed.db, click.pattern_id)
        return text

    await _tell(sender, await _ask(app, signed, sender, record))


async def _ask(
    app: FastAPI, signed: SignedRequest, sender: Sender, ask: Callable[[ProductApi], Awaitable[str]]
) -> str:
    """What came of a request to the API as the person, in words for them."""
    try:
        api = await people.open_api(app, signed, sender)
        async with api.client:
            return await ask(api)
    except NotAllowedError as refusal:
        return str(refusal)
    except ProductError as error:
        return await people.explain(signed, error)
    except OutsideFailure as failure:
        logger.warning("Slack of %s: %s", signed.app.workspace_id, failure.reason)
        return "Slack did not tell who you are: nothing was recorded. Please try again."


async def _tell(sender: Sender, text: str) -> None:
    try:
        await people.answer(sender, text)
    except OutsideFailure as failure:
        logger.warning("a person was not answered: %s", failure.reason)


async def _parse(body: bytes) -> dict[str, Any]:
    try:
        document = await run_in_threadpool(parse_json, body, max_values=MAX_VALUES)
    except GuardError as error:
        raise Problem(400, "malformed_json", str(error)) from None
    return document if isinstance(document, dict) else {}


def _read_form(body: bytes) -> dict[str, str]:
    """The fields of a form of Slack; what is not a form has none."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Problem(400, "malformed_request", "the body is not a form") from None
    return {name: values[-1] for name, values in fields.items()}


def _read_id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else None
