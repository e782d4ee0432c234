"""What each plan includes: rate limit, quotas and features, in one table for API and pipeline.

A connector type belongs to the lowest plan that its declaration names; higher plans include it as well.
"""

from dataclasses import dataclass

from causeloop_pipeline.model.vocabulary import Vocabulary


class PlanName(Vocabulary):
    """The plans, the lowest first."""

    FREE = "free"
    STARTER = "starter"
    GROWTH = "growth"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True)
class Plan:
    """The limits of one plan; `connectors` None means no limit."""

    requests_per_minute: int
    burst: int
    connectors: int | None
    alert_rules: int
    messages_per_day: int
    features: frozenset[str]


FREE_FEATURES = frozenset({"patterns", "predictions", "recommendations"})
STARTER_FEATURES = FREE_FEATURES | {"alerts", "export"}
GROWTH_FEATURES = STARTER_FEATURES | {"clusters", "directory", "tickets"}
ENTERPRISE_FEATURES = GROWTH_FEATURES | {"sso"}

PLANS: dict[str, Plan] = {
    #      requests per minute, burst, connectors, alert rules, messages per day, features
    PlanName.FREE: Plan(120, 60, 3, 0, 0, FREE_FEATURES),
    PlanName.STARTER: Plan(600, 120, 10, 10, 200, STARTER_FEATURES),
    PlanName.GROWTH: Plan(3_000, 600, None, 50, 1_000, GROWTH_FEATURES),
    PlanName.ENTERPRISE: Plan(12_000, 2_000, None, 200, 5_000, ENTERPRISE_FEATURES),
}

PLANS_IN_ORDER: tuple[str, ...] = tuple(PlanName)


def find_plan_with(feature: str) -> str:
    """The lowest plan that includes a feature."""
    return list_plans_with(feature)[0]


def list_plans_with(feature: str) -> list[str]:
    """The plans that include a feature, the lowest first."""
    return [name for name in PLANS_IN_ORDER if feature in PLANS[name].features]


def is_plan_enough(plan: str, lowest: str) -> bool:
    """Whether a plan includes what another plan is the lowest to include."""
    return PLANS_IN_ORDER.index(lowest) <= PLANS_IN_ORDER.index(plan)


def list_plans_from(lowest: str) -> list[str]:
    """A plan and all higher ones."""
    return [name for name in PLANS_IN_ORDER if is_plan_enough(name, lowest)]
