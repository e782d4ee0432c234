"""The page of who may do what: plans, and the least role of each operation."""

from collections.abc import Iterator

from api.access.permissions import build_role_table
from api.main import create_app, load_routers
from causeloop_pipeline.model.plans import PLANS
from manual.pages.markdown import format_table

HEAD = """# Who may do what

Roles are cumulative: viewer, analyst, admin, owner. `none`: the operation verifies its caller itself, by a
password, a link or a signature.

[How people come in](../accounts.md), and what that opens.

## Plans

"""
PLAN = ("plan", "requests a minute", "burst", "connectors", "alert rules", "messages a day", "features")


def write_access() -> str:
    """The page."""
    plans = format_table(PLAN, _list_plans())
    operations = format_table(("operation", "role", "what it does"), _list_operations())
    return f"{HEAD}{plans}\n## Operations\n\n{operations}"


def _list_plans() -> Iterator[tuple[str, ...]]:
    for name, plan in PLANS.items():
        numbers = (plan.requests_per_minute, plan.burst, plan.connectors or "any number", plan.alert_rules)
        yield (name, *map(str, numbers), str(plan.messages_per_day), ", ".join(sorted(plan.features)))


def _list_operations() -> Iterator[tuple[str, str, str]]:
    roles = build_role_table(load_routers())
    for path, operations in sorted(create_app().openapi()["paths"].items()):
        for method, operation in sorted(operations.items()):
            if operation["operationId"] in roles:
                role = roles[operation["operationId"]]
                name = role.name.lower() if role else "none"
                yield f"`{method.upper()} {path}`", name, operation["summary"]
