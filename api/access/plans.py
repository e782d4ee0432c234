"""What each plan includes: rate limit, number of connectors, and features, in one table.

A connector type belongs to the lowest plan that its declaration names; higher plans include it as well.
"""

from dataclasses import dataclass

from causeloop_pipeline.connectors.registry import CONNECTORS


@dataclass(frozen=True)
class Plan:
    """The limits of one plan; `connectors` None means no limit."""

    requests_per_minute: int
    burst: int
    connectors: int | None
    alert_rules: int
    features: frozenset[str]


FREE_FEATURES = frozenset({"patterns", "predictions", "recommendations"})
STARTER_FEATURES = FREE_FEATURES | {"alerts", "export"}
GROWTH_FEATURES = STARTER_FEATURES | {"clusters", "tickets"}
ENTERPRISE_FEATURES = GROWTH_FEATURES | {"sso"}

PLANS = {
    #      requests per minute, burst, connectors, alert rules, features
    "free": Plan(120, 60, 3, 0, FREE_FEATURES),
    "starter": Plan(600, 120, 10, 10, STARTER_FEATURES),
    "growth": Plan(3_000, 600, None, 50, GROWTH_FEATURES),
    "enterprise": Plan(12_000, 2_000, None, 200, ENTERPRISE_FEATURES),
}

PLANS_IN_ORDER = tuple(PLANS)


def find_plan_with(feature: str) -> str:
    """The lowest plan that includes a feature."""
    return next(name for name in PLANS_IN_ORDER if feature in PLANS[name].features)


def is_included(plan: str, connector_type: str) -> bool:
    """Whether a plan includes connectors of this type."""
    return PLANS_IN_ORDER.index(CONNECTORS[connector_type].plan) <= PLANS_IN_ORDER.index(plan)
