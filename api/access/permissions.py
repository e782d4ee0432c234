"""The role that a route requires: declared at the route, collected into a table for documentation and tests.

Roles are cumulative: viewer < analyst < admin < owner.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute

from causeloop_pipeline.model.tenancy import Role

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

ATTRIBUTE = "required_role"


def requires(role: Role) -> Callable[[Endpoint], Endpoint]:
    """Let only callers with this role, or a higher one, use the route."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, ATTRIBUTE, role)
        return endpoint

    return declare


def requires_no_role(endpoint: Endpoint) -> Endpoint:
    """Skip sign-in and role check: the route verifies its caller itself, by a password or a signature."""
    setattr(endpoint, ATTRIBUTE, None)
    return endpoint


def get_required_role(endpoint: Callable[..., Any]) -> Role | None:
    """The role that an endpoint declares; None where it verifies its caller itself."""
    if not hasattr(endpoint, ATTRIBUTE):
        name = getattr(endpoint, "__name__", repr(endpoint))
        raise LookupError(f"the route {name} declares no role: add @requires(Role.…) or @requires_no_role")
    role: Role | None = getattr(endpoint, ATTRIBUTE)
    return role


def build_role_table(routers: Iterable[APIRouter]) -> dict[str, Role | None]:
    """The required role of every operation under /v1, by the operation's name."""
    return {
        route.name: get_required_role(route.endpoint)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/v1/")
    }
