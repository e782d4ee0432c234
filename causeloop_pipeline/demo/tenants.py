"""Who lives in the demo: organizations and the people who sign in to them, for everybody to try."""

from dataclasses import dataclass

DEMO_PASSWORD = "causeloop-demo"  # noqa: S105 documented: it opens invented data on one's own machine
BACKFILL_DAYS = 400
POLL_INTERVAL_SECONDS = 300


@dataclass(frozen=True)
class DemoOrganization:
    """A client account of the demo."""

    slug: str
    name: str
    plan: str
    seats: int


@dataclass(frozen=True)
class DemoUser:
    """A person and the role she holds in every workspace of an organization."""

    email: str
    name: str
    organization: str
    role: str


ORGANIZATIONS = (
    DemoOrganization("northwind", "Northwind Trading", "growth", 20),
    DemoOrganization("harbor-clinics", "Harbor Clinics", "enterprise", 50),
)

USERS = tuple(
    DemoUser(f"{role}@{organization.slug}.example", f"{organization.name} {role}", organization.slug, role)
    for organization in ORGANIZATIONS
    for role in ("owner", "analyst", "viewer")
)
