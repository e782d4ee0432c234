"""Roles, how people sign in, and the statuses of organizations, memberships and connectors."""

from enum import IntEnum

from causeloop_pipeline.model.vocabulary import Vocabulary


class RoleName(Vocabulary):
    """The roles of a workspace as they are stored and sent, the lowest first."""

    VIEWER = "viewer", "", "reads everything"
    ANALYST = "analyst", "", "also corrects, reports and connects"
    ADMIN = "admin", "", "also members, keys, settings and alerts"
    OWNER = "owner", "", "everything"


class Role(IntEnum):
    """The roles in their order: each may do all that the lower ones may."""

    VIEWER = 1
    ANALYST = 2
    ADMIN = 3
    OWNER = 4


class OrganizationStatus(Vocabulary):
    """Only an active organization may use the product."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class StatusSetter(Vocabulary):
    """Who set an organization's status."""

    OPERATOR = "operator"
    OWNER = "owner"


class MembershipStatus(Vocabulary):
    """Only an active membership takes a seat and grants its role."""

    ACTIVE = "active"
    INVITED = "invited"
    SUSPENDED = "suspended"


class SignInMethod(Vocabulary):
    """How a person signed in."""

    OIDC = "oidc", "single sign-on"
    PASSWORD = "password"  # noqa: S105


class SessionEnd(Vocabulary):
    """Why a session ended before it expired."""

    SIGNED_OUT = "signed_out"
    REUSED = "reused", "a refresh token was used twice"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    REPLACED = "replaced"
    MEMBERSHIP_CHANGED = "membership_changed", "the membership was suspended, removed or accepted again"
    IDENTITY_REPLACED = "identity_replaced", "another identity provider names the person"


class SetupStep(Vocabulary):
    """A step of the setup of a workspace."""

    CREATE_WORKSPACE = "create_workspace"
    CONNECT_SOURCE = "connect_source"
    FIRST_SYNC = "first_sync"
    INVITE_MEMBERS = "invite_members"
    CREATE_ALERT_RULE = "create_alert_rule"


class ConnectorStatus(Vocabulary):
    """A connector in `error` is not polled until a user fixes what its reason names."""

    ERROR = "error"
    ACTIVE = "active"
    PAUSED = "paused"


class SyncStatus(Vocabulary):
    """How one poll of a connector went."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
