"""The caller of a request: a user or a service account, in one workspace, with a role."""

from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus, Role


@dataclass(frozen=True)
class Caller:
    """Who makes a request, and the one workspace that the request is about."""

    workspace_id: UUID
    organization_id: UUID
    kind: str
    caller_id: UUID
    role: Role
    plan: str
    timezone: str
    organization_status: OrganizationStatus
    method: str | None
    """How the user signed in: `oidc` or `password`; None: a service account."""

    session_id: UUID | None = None
    """The user's session; None: a key, of a service account or of the user."""

    scopes: frozenset[str] | None = None
    """What the key is limited to; None: all that the role may."""

    is_workspace_archived: bool = False
    membership_status: MembershipStatus = MembershipStatus.ACTIVE
    """Set for people; a service account has no session that could end."""

    is_sso_required: bool = False
    """Whether the workspace admits people through single sign-on only."""

    is_proven: bool = True
    """Whether a person has proven the address; else they reach the caller's organization and no other one."""

    @property
    def reach(self) -> UUID | None:
        """The one organization that the caller reaches; None: each that the person belongs to."""
        return None if self.is_proven else self.organization_id

    @property
    def actor(self) -> str:
        """The caller as audit entries and corrections name it, such as `user:<id>`."""
        return f"{self.kind}:{self.caller_id}"
