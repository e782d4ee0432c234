"""Signing up."""

import re
import secrets
from typing import Any

import asyncpg
from fastapi import APIRouter, Request, Response

from api.access.permissions import requires_no_role
from api.auth.address_limits import AddressLimits, read_address
from api.http.errors import Problem, conflict
from api.http.responses import documents, json_response
from api.mail import check_messages
from api.members.invitations.links import SIGN_UP, InvitationLink, invalid_link
from api.operation import Operation, Pool
from api.sign_up.queries import sign_up
from api.sign_up.schemas import SignedUp, SignUp
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import SETUP_PREFIX
from causeloop_pipeline.storage.app.tenants import hash_key

SIGN_UPS = AddressLimits(
    10, 1 / 360, "rate_limited", "too many organizations were requested from your address"
)
"""Ten at once, and ten an hour, for each address and process."""

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=Operation)


@router.post(
    "/organizations",
    summary="Create an organization",
    status_code=201,
    responses=documents(SignedUp, 201, "Created"),
)
@requires_no_role
async def create_organization(request: Request, pool: Pool, body: SignUp) -> Response:
    """Creates an organization, a workspace and its owner, who accepts by a link.

    With the token of the first-start link, or where the installation lets anybody sign up.
    """
    limits: AddressLimits = request.app.state.address_limits
    limits.check(read_address(request))
    limits.take(read_address(request))
    setup_hash = _read_setup_token(body)
    if setup_hash is None:
        SIGN_UPS.check(read_address(request))
        SIGN_UPS.take(read_address(request))
        check_messages(body.email)
    link = InvitationLink()
    try:
        workspace_id = await sign_up(pool, _describe(body), link.token_hash, setup_hash)
    except asyncpg.UniqueViolationError:
        raise conflict("slug_taken", "an organization of this name exists: choose another name") from None
    if workspace_id is None:
        raise invalid_link()
    visible_link, task = link.deliver(workspace_id, body.email, SIGN_UP)
    answer = {"workspace_id": workspace_id, "email": body.email, "invitation_link": visible_link}
    response = json_response(answer, 201, {"Cache-Control": "no-store"})
    response.background = task
    return response


def _read_setup_token(body: SignUp) -> bytes | None:
    """The stored hash of a first-start link; None for self-service, where the installation allows it."""
    if body.token is not None:
        prefix, _, secret = body.token.get_secret_value().strip().partition("_")
        if prefix != SETUP_PREFIX:
            raise invalid_link()
        return hash_key(secret)
    if not settings().sign_up:
        raise Problem(
            403, "sign_up_disabled", "this installation does not let anybody sign up: ask its operator"
        )
    if settings().smtp_url is None:
        raise Problem(403, "sign_up_disabled", "this installation cannot send e-mail, so nobody can sign up")
    return None


def _describe(body: SignUp) -> dict[str, Any]:
    """What the database makes the tenant of; a self-made slug gets a suffix that nobody else has."""
    slug = _make_slug(body.organization)
    return {
        "organization": body.organization,
        "organization_slug": slug if body.token else f"{slug}-{secrets.token_hex(3)}",
        "workspace": body.workspace,
        "workspace_slug": _make_slug(body.workspace),
        "timezone": body.timezone,
        "email": body.email,
        "name": body.name,
    }


def _make_slug(name: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "main"
