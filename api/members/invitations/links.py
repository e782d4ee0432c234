"""Makes the links of invitations, and sends them where the installation has a mail server."""

import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from starlette.background import BackgroundTask

from api.http.errors import Problem
from api.mail import claim_message, send
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import format_accept_link, format_invitation
from causeloop_pipeline.storage.app.tenants import hash_key

INVITATION_TOKEN = re.compile(r"cli_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")
INVITATION = (
    "Invitation to Causeloop",
    """You are invited to a workspace on Causeloop; the page behind the link names it.

Accept within seven days, with this link, which works once:

{link}

If you do not expect this invitation, ignore it: nothing happens until you accept.
""",
)
SIGN_UP = (
    "Your organization on Causeloop",
    """An organization on Causeloop was requested with this address.

Begin within seven days, with this link, which works once:

{link}

If you did not request it, ignore it: nothing happens until somebody opens the link.
""",
)
"""Subject and text of the messages. They hold no name: whoever chooses one would write to any address."""


@dataclass(frozen=True)
class InvitationLink:
    """A new link; only the hash of its secret is stored."""

    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def is_private(self) -> bool:
        """Whether it goes by e-mail, so that whoever invites does not see it."""
        return settings().smtp_url is not None

    @property
    def token_hash(self) -> bytes:
        """What is stored."""
        return hash_key(self.secret)

    def deliver(
        self, workspace_id: UUID, email: str, letter: tuple[str, str] = INVITATION
    ) -> tuple[str | None, BackgroundTask | None]:
        """The link to be shown, or the task that sends it after the response."""
        link = format_accept_link(settings().public_url, format_invitation(workspace_id, self.secret))
        if not self.is_private:
            return link, None
        claim_message(email)
        subject, text = letter
        return None, BackgroundTask(send, email, subject, text.format(link=link))


def parse_token(token: str) -> tuple[UUID, bytes]:
    """The workspace and the stored hash of an invitation's token; 404 where it is none."""
    match = INVITATION_TOKEN.fullmatch(token.strip())
    if match is None:
        raise invalid_link()
    return UUID(match[1]), hash_key(match[2])


def invalid_link() -> Problem:
    """404 with one text for every link that does not work, so that it reveals nothing."""
    return Problem(
        404,
        "link_invalid",
        "this link was used or replaced, is older than seven days, or incomplete: ask for a new invitation",
    )
