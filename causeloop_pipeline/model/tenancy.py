"""Who may do what: organizations, workspaces, roles and plans."""

from enum import IntEnum, StrEnum


class Role(IntEnum):
    """Cumulative: each role holds all that the lower ones hold."""

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
    """An `error` connector stays silent until a person mends what its reason names."""

    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"
