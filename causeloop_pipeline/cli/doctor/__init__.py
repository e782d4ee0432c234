"""What `causeloop doctor` looks at: each finding says what is so, and how to mend what is wrong."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A warning works for now; what is wrong does not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    about: str
    state: State
    told: str
    fix: str = ""


def ok(about: str, told: str) -> Finding:
    """All is well."""
    return Finding(about, State.OK, told)


def warning(about: str, told: str, fix: str) -> Finding:
    """It works, but not for ever."""
    return Finding(about, State.WARNING, told, fix)


def wrong(about: str, told: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(about, State.WRONG, told, fix)
