"""The root causes of the demo's failures, read from stories/*.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parent / "stories"
ERROR_TRACKER = "sentry"


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
class StoryUses:
    """How often what failed is used on a day, on average."""

    unit: str
    per_day: float


@dataclass(frozen=True)
class StoryExpectation:
    """What must stay true after a fix: for so many days, or (None) from then on."""

    kind: str
    most: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class CauseFix:
    """A fix of a cause; the failures ended only if it held, else they came back after `quiet_days`.

    `left`: the share of its days that it left. `closed`: somebody closed the pattern with the fix.
    `postmortem`: the document that claims it, which lies beside the stories.
    """

    days_ago: int
    held: bool
    note: str
    left: float = 0.0
    quiet_days: int = 12
    closed: bool = False
    postmortem: str = ""
    uses: StoryUses | None = None
    expectations: tuple[StoryExpectation, ...] = ()


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
class ErrorGroup:
    """Errors that an error tracker has made one issue of: it counts them by hour and day."""

    key: str
    service: str
    team: str
    environment: str
    level: str
    error_type: str
    value: str
    culprit: str
    rhythm: Rhythm
    fix: None = None

    @property
    def title(self) -> str:
        """What the tracker calls it."""
        return f"{self.error_type}: {self.value}"


@dataclass(frozen=True)
class StoryAlert:
    """An alert rule of a workspace, of one service or (empty) of all."""

    name: str
    probability_threshold: float
    window_days: int = 7
    service: str = ""


@dataclass(frozen=True)
class StoryOwner:
    """Whom to tell of a service, as somebody has set it by hand."""

    service: str
    owner: str
    contact: str


@dataclass(frozen=True)
class DemoWorkspace:
    """A workspace of the demo and everything that goes wrong in it."""

    organization: str
    workspace: str
    name: str
    timezone: str
    causes: tuple[Cause, ...]
    groups: tuple[ErrorGroup, ...] = ()
    alerts: tuple[StoryAlert, ...] = ()
    owners: tuple[StoryOwner, ...] = ()

    @property
    def tools(self) -> list[str]:
        """The tools that tell of its failures."""
        tools = {cause.source for cause in self.causes} | ({ERROR_TRACKER} if self.groups else set())
        return sorted(tools)


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
    groups = tuple(
        ErrorGroup(rhythm=_read_rhythm(entry.pop("rhythm")), **entry) for entry in table.pop("group", ())
    )
    alerts = tuple(StoryAlert(**entry) for entry in table.pop("alert", ()))
    owners = tuple(StoryOwner(**entry) for entry in table.pop("owner", ()))
    return DemoWorkspace(causes=causes, groups=groups, alerts=alerts, owners=owners, **table)


def _read_cause(table: dict[str, Any]) -> Cause:
    rhythm = _read_rhythm(table.pop("rhythm"))
    fix = table.pop("fix", None)
    listed = ("severities", "titles", "endings")
    table |= {name: tuple(table.get(name, ())) for name in listed}
    return Cause(rhythm=rhythm, fix=_read_fix(fix) if fix else None, **table)


def _read_rhythm(table: Mapping[str, Any]) -> Rhythm:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
    return Rhythm(**values)


def _read_fix(table: dict[str, Any]) -> CauseFix:
    uses, expected = table.pop("uses", None), table.pop("expected", ())
    expectations = tuple(StoryExpectation(**entry) for entry in expected)
    return CauseFix(uses=StoryUses(**uses) if uses else None, expectations=expectations, **table)
