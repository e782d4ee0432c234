"""The demo's organizations and the users who sign in to them."""

from dataclasses import dataclass

DEMO_PASSWORD = "causeloop-demo"  # noqa: S105 documented: it gives access to invented data on the own machine
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
    """A person and their role in every workspace of an organization."""

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
