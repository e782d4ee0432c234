"""What each plan includes: requests, features and connectors, in one table.

A connector belongs to the lowest plan that its own declaration names; higher plans hold the lower ones'.
"""

from dataclasses import dataclass

from causeloop_pipeline.connectors.registry import CONNECTORS


@dataclass(frozen=True)
class Plan:
    """The limits of one tier; a connector limit of None means as many as wanted."""

    requests_per_minute: int
    burst: int
    connectors: int | None
    features: frozenset[str]


FREE = frozenset({"patterns", "predictions", "recommendations"})
STARTER = FREE | {"alerts", "export"}
GROWTH = STARTER | {"clusters", "tickets"}
ENTERPRISE = GROWTH | {"sso"}

PLANS = {
    #                 a minute  at once  connectors  features
    "free": Plan(120, 60, 3, FREE),
    "starter": Plan(600, 120, 10, STARTER),
    "growth": Plan(3_000, 600, None, GROWTH),
    "enterprise": Plan(12_000, 2_000, None, ENTERPRISE),
}

TIERS = tuple(PLANS)


def includes(plan: str, connector_type: str) -> bool:
    """Whether a connector of this type may be set up under a plan."""
    return TIERS.index(CONNECTORS[connector_type].plan) <= TIERS.index(plan)
