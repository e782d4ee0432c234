"""The root causes of the demo's failures, as told in stories/*.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parent / "stories"


@dataclass(frozen=True)
class Rhythm:
    """When a cause strikes; `kind` names the rule, in rhythms.py."""

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
class Fix:
    """Something was done against a cause; only if it held did the failures end."""

    days_ago: int
    held: bool
    note: str


@dataclass(frozen=True)
class Cause:
    """One root cause: where it shows, in which words, and how often."""

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
    fix: Fix | None = None


@dataclass(frozen=True)
class Setting:
    """A workspace of the demo and everything that goes wrong in it."""

    organization: str
    workspace: str
    name: str
    timezone: str
    causes: tuple[Cause, ...]


@cache
def settings_of_the_demo() -> Mapping[str, Setting]:
    """Every workspace of the demo, by slug."""
    told = [_setting(tomllib.loads(path.read_text("utf-8"))) for path in sorted(STORIES.glob("*.toml"))]
    return {setting.workspace: setting for setting in told}


@cache
def singletons() -> tuple[str, ...]:
    """Titles of failures that happened once and have no pattern."""
    return tuple((STORIES / "singletons.txt").read_text("utf-8").splitlines())


def _setting(told: dict[str, Any]) -> Setting:
    causes = tuple(_cause(entry) for entry in told.pop("cause"))
    return Setting(causes=causes, **told)


def _cause(told: dict[str, Any]) -> Cause:
    rhythm: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.pop("rhythm").items()
    }
    fix = told.pop("fix", None)
    told |= {"severities": tuple(told["severities"]), "titles": tuple(told["titles"])}
    return Cause(rhythm=Rhythm(**rhythm), fix=Fix(**fix) if fix else None, **told)
