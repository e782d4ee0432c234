"""The root causes of the demo's failures, read from stories/*.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parent / "stories"


@dataclass(frozen=True)
class Rhythm:
    """When failures of a cause occur; `kind` names the rule, in rhythms.py."""

    kind: str
    hours: tuple[int, int] = (0, 23)
    burst: tuple[int, int] = (1, 1)
    chance: float = 1.0
    per_week: float = 1.0
    weekdays: tuple[int, ...] = ()
    day: int = 1
    service: str = ""
    since_days: int | None = None


@dataclass(frozen=True)
class CauseFix:
    """A fix of a cause; the failures ended only if it held. `left`: the share of its days that it left."""

    days_ago: int
    held: bool
    note: str
    left: float = 0.0


@dataclass(frozen=True)
class Cause:
    """One root cause: where its failures appear, with which texts, how often, and what ended them."""

    key: str
    source: str
    service: str
    team: str
    environment: str
    error_type: str
    severities: tuple[str, ...]
    titles: tuple[str, ...]
    body: str
    rhythm: Rhythm
    resolve_minutes: int
    kind: str = "issue"
    fix: CauseFix | None = None
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoWorkspace:
    """A workspace of the demo and everything that goes wrong in it."""

    organization: str
    workspace: str
    name: str
    timezone: str
    causes: tuple[Cause, ...]


@cache
def read_demo_workspaces() -> Mapping[str, DemoWorkspace]:
    """Every workspace of the demo, by slug."""
    loaded = [
        _read_workspace(tomllib.loads(path.read_text("utf-8"))) for path in sorted(STORIES.glob("*.toml"))
    ]
    return {workspace.workspace: workspace for workspace in loaded}


@cache
def read_one_off_titles() -> tuple[str, ...]:
    """Titles of failures that occurred once and have no pattern."""
    return tuple((STORIES / "singletons.txt").read_text("utf-8").splitlines())


def _read_workspace(table: dict[str, Any]) -> DemoWorkspace:
    causes = tuple(_read_cause(entry) for entry in table.pop("cause"))
    return DemoWorkspace(causes=causes, **table)


def _read_cause(table: dict[str, Any]) -> Cause:
    rhythm: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in table.pop("rhythm").items()
    }
    fix = table.pop("fix", None)
    listed = ("severities", "titles", "endings")
    table |= {name: tuple(table.get(name, ())) for name in listed}
    return Cause(rhythm=Rhythm(**rhythm), fix=CauseFix(**fix) if fix else None, **table)
