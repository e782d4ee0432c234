"""What a configuration file would change: each change with what it sets and how it is made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import Response
from pydantic import SecretStr

from api.access.caller import Caller
from api.configuration.secret_references import SecretPlaces
from api.http.database import WorkspaceDatabase

SECRET = "(secret)"  # noqa: S105 - what is printed instead of one
SIGNS = {"create": "+", "change": "~", "delete": "-"}


@dataclass
class Work:
    """The transaction in which a file is compared and applied, and its results."""

    db: WorkspaceDatabase
    caller: Caller
    secrets: SecretPlaces
    shown_once: dict[str, str] = field(default_factory=dict)
    """Generated secrets and links, by what they are for."""

    responses: list[Response] = field(default_factory=list)
    """What the API's operations returned: messages go out after the commit."""


Make = Callable[[Work], Awaitable[None]]


@dataclass(frozen=True)
class ConfigurationChange:
    """One change; `place` is where the file asks for it, and `fields` what it sets, before and after."""

    kind: Literal["create", "change", "delete"]
    what: str
    name: str
    place: str
    make: Make
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def describe(self) -> str:
        """The change as a line, and a line for each field that it sets."""
        head = f"{SIGNS[self.kind]} {self.what} {self.name}".rstrip()
        if self.kind == "create":
            return "\n".join([head, *(f"    {name}: {after}" for name, (_, after) in self.fields.items())])
        lines = (f"    {name}: {before} → {after}" for name, (before, after) in self.fields.items())
        return "\n".join([head, *lines])


@dataclass(frozen=True)
class ConfigurationComparison:
    """The changes that a file asks for, and existing items that it does not mention."""

    changes: list[ConfigurationChange]
    unmentioned: list[ConfigurationChange] = field(default_factory=list)
    """What `--prune` would delete."""


def compare_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields whose values differ; what `after` leaves out is not compared."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def compare_secrets(
    field_name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, tuple[Any, Any]]:
    """The secrets that differ, without their values."""
    names = sorted(before.keys() | after.keys())
    return {
        f"{field_name}.{name}": (
            SECRET if name in before else None,
            f"new {SECRET}" if name in after else None,
        )
        for name in names
        if before.get(name) != after.get(name)
    }


def hide(secrets: Mapping[str, str]) -> dict[str, SecretStr]:
    """Secrets masked for display, in the shape of a request body."""
    return {name: SecretStr(value) for name, value in secrets.items()}
