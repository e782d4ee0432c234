"""Whoever clicked or typed in Slack: a member of the workspace by an address that Slack has confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.auth.acting_member import SCOPE_KEY, ActingMember
from api.slack.receiving import queries
from api.slack.receiving.signed import SignedRequest
from causeloop_pipeline.agents.product_api import ProductApi, ProductError
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.model.slack import SlackMode
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.outbound.slack.texts import escape, flatten
from causeloop_pipeline.outbound.slack.web_api import SlackApi, answer_person
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN

INTERNAL_URL = "http://causeloop.internal"
SCOPES = frozenset(
    {"patterns:write", "corrections:write", "issues:write", "recommendations:write", "predictions:read"}
)
"""What a person reaches through Slack, whatever their role allows elsewhere."""


@dataclass(frozen=True)
class Sender:
    """Who sent a request, in Slack's words, and where to answer them."""

    user_id: str
    response_url: str


class NotAllowedError(Exception):
    """The person may not; the text tells them whom to ask."""


async def open_api(app: FastAPI, signed: SignedRequest, sender: Sender) -> ProductApi:
    """The API of this process as the member whom Slack names; NotAllowedError where it names none."""
    if signed.app.mode is SlackMode.OFF:
        what = "Slack is switched off for this workspace"
        raise NotAllowedError(await _ask(signed, what, "to switch it on"))
    api = SlackApi(settings().slack_url, signed.app.open().get(BOT_TOKEN, ""), _read_egress())
    person = await run_in_threadpool(api.find_person, sender.user_id, signed.app.team_id)
    member_id = None
    if person.email is not None:
        member_id = await queries.find_member(signed.db.pool, signed.app.workspace_id, person.email)
    if member_id is None:
        what = "Slack has no confirmed address of yours that belongs to a member of this workspace"
        raise NotAllowedError(await _ask(signed, what, "for an invitation"))
    member = ActingMember(signed.app.workspace_id, member_id, "slack", Role.ANALYST, SCOPES)
    transport = httpx2.ASGITransport(app=_act_as(app, member), client=("", 0))
    client = httpx2.AsyncClient(transport=transport, base_url=INTERNAL_URL, trust_env=False)
    return ProductApi(client, "", f"Slack ({flatten(sender.user_id, 30)})")


async def explain(signed: SignedRequest, error: ProductError) -> str:
    """Why the API refused, in a sentence that names whom to ask."""
    reason = flatten(error.detail, 300).removesuffix(": ask an admin")
    if error.status in (401, 403):
        return await _ask(signed, reason, "about it")
    return f"Nothing was recorded: {escape(reason)}."


async def answer(sender: Sender, text: str) -> None:
    """Tell one person, and nobody else."""
    await run_in_threadpool(answer_person, settings().slack_url, _read_egress(), sender.response_url, text)


def read_sender(payload: Mapping[str, Any], user_id: Any) -> Sender:
    """Who sent a click or command."""
    return Sender(str(user_id or ""), str(payload.get("response_url") or ""))


async def _ask(signed: SignedRequest, what: str, why: str) -> str:
    admins = await queries.read_admins(signed.db.pool, signed.app.workspace_id)
    whom = " or ".join(escape(flatten(name, 80)) for name in admins) or "an admin"
    return f"{escape(what[:1].upper())}{escape(what[1:])}: ask {whom} {why}."


def _read_egress() -> EgressPolicy:
    return EgressPolicy.parse(read_allowed(settings()))


def _act_as(app: FastAPI, member: ActingMember) -> Any:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, SCOPE_KEY: member}, receive, send)

    return call
