"""Whether a plan includes a connector type; `causeloop_pipeline.model.plans` is the table of plans."""

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.plans import PLANS, PLANS_IN_ORDER, find_plan_with, is_plan_enough

__all__ = ["PLANS", "PLANS_IN_ORDER", "find_plan_with", "is_included", "is_plan_enough"]


def is_included(plan: str, connector_type: str) -> bool:
    """Whether a plan includes connectors of this type."""
    return is_plan_enough(plan, CONNECTORS[connector_type].plan)
