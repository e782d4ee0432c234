"""The checks of `causeloop doctor`: each finding says what was found and how to fix it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How serious a finding is: with a `warning` it still works, with `wrong` it does not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    about: str
    state: State
    message: str
    fix: str = ""


def ok(about: str, message: str) -> Finding:
    """A check that passed."""
    return Finding(about, State.OK, message)


def warning(about: str, message: str, fix: str) -> Finding:
    """Something that works now but needs attention."""
    return Finding(about, State.WARNING, message, fix)


def wrong(about: str, message: str, fix: str) -> Finding:
    """Something that does not work."""
    return Finding(about, State.WRONG, message, fix)
