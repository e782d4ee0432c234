"""Sends invitations, by e-mail or in the response."""

from uuid import UUID

from fastapi import Response

from api.access.caller import Caller
from api.http.database import WorkspaceDatabase
from api.http.responses import json_response
from api.members.invitations import queries as invitations
from api.members.invitations.links import InvitationLink
from api.members.reading import read_member_or_404


async def send_invitation(db: WorkspaceDatabase, caller: Caller, user_id: UUID, status: int) -> Response:
    """Make a person's link; the response shows it, or sends it by e-mail after the commit."""
    link = InvitationLink()
    await invitations.replace_link(db, user_id, link.token_hash, caller.actor, link.is_private)
    member = await read_member_or_404(db, user_id)
    visible_link, task = link.deliver(db.workspace_id, member["email"])
    response = json_response({**member, "invitation_link": visible_link}, status)
    response.background = task
    return response
