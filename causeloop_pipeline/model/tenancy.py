"""Roles, and the statuses of organizations, memberships and connectors."""

from enum import IntEnum, StrEnum


class Role(IntEnum):
    """The roles of a workspace: each may do all that the lower ones may."""

    VIEWER = 1
    ANALYST = 2
    ADMIN = 3
    OWNER = 4


class OrganizationStatus(StrEnum):
    """Only an active organization may use the product."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class MembershipStatus(StrEnum):
    """Only an active membership counts a seat and grants its role."""

    ACTIVE = "active"
    INVITED = "invited"
    SUSPENDED = "suspended"


class ConnectorStatus(StrEnum):
    """A connector in `error` is not polled until a user fixes what its reason names."""

    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"
