"""Writes docs/access.md and docs/errors.md: `python -m tests.api.access.access_document`."""

from collections.abc import Iterator

from api.access.permissions import build_role_table
from api.http.problem_codes import PROBLEM_CODES
from api.main import create_app, load_routers
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.settings import ROOT

DOCUMENT = ROOT / "docs" / "access.md"
ERRORS = ROOT / "docs" / "errors.md"
ERRORS_HEAD = """# Errors of the API

Every error is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `instance`,
`code` and `trace_id`, and `errors[]` with a JSON pointer for each bad field. Programs go by `code`; each has
one status. `detail` says what to do.
"""
HEAD = """# Who may do what

Roles are cumulative: viewer, analyst, admin, owner. `none`: the operation verifies its caller itself, by a
password, a link or a signature. The role is declared at each route; `python -m
tests.api.access.access_document` writes this file.

[How people come in](accounts.md), and what that opens.

## Plans
"""


def list_plans() -> Iterator[str]:
    """The table of plans, as lines."""
    yield "| plan | requests a minute | burst | connectors | alert rules | messages a day | features |"
    yield "|---|---|---|---|---|---|---|"
    for name, plan in PLANS.items():
        numbers = (plan.requests_per_minute, plan.burst, plan.connectors or "any number", plan.alert_rules)
        cells = [name, *map(str, numbers), str(plan.messages_per_day), ", ".join(sorted(plan.features))]
        yield f"| {' | '.join(cells)} |"


def list_operations() -> Iterator[str]:
    """The table of operations, as lines, by path."""
    roles = build_role_table(load_routers())
    yield "| operation | role | what it does |"
    yield "|---|---|---|"
    for path, operations in sorted(create_app().openapi()["paths"].items()):
        for method, operation in sorted(operations.items()):
            if operation["operationId"] in roles:
                role = roles[operation["operationId"]]
                name = role.name.lower() if role else "none"
                yield f"| `{method.upper()} {path}` | {name} | {operation['summary']} |"


def build_document() -> str:
    """The whole file."""
    return "\n".join([HEAD, *list_plans(), "", "## Operations", "", *list_operations(), ""])


def build_errors() -> str:
    """The document of error codes."""
    rows = [f"| `{code}` | {row.status} | {row.meaning} |" for code, row in PROBLEM_CODES.items()]
    return "\n".join([ERRORS_HEAD, "| code | status | meaning |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(build_document())
    ERRORS.write_text(build_errors())
