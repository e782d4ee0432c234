"""Routes of one subject, looked through only for paths that begin as theirs do.

FastAPI compares a path with the routes of one router after another, and twice with those of the one that
has it: for the last of fifty that costs more than the read. Which routes there are, and in which order they
are tried, stays as it is.
"""

from collections.abc import Sequence
from functools import cached_property

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Scope


class SubjectRouter(APIRouter):
    """The routes of another router, whose paths are whole."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=list(routes))

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """What the paths of the routes begin with, up to their first parameter."""
        paths = {getattr(route, "path", "").partition("{")[0] for route in self.routes}
        return tuple(
            sorted(
                path for path in paths if not any(path != other and path.startswith(other) for other in paths)
            )
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What FastAPI says of a path that one of the routes may have, and NONE of any other."""
        is_mounted = bool(scope.get("root_path"))
        if is_mounted or scope["path"].startswith(self.beginnings):
            return super().matches(scope)
        return Match.NONE, {}
