"""Filters that say by its own words which records of a list count, and why others do not.

A record without the word's field is kept: its mapping
sets it aside with a reason, and nothing is lost silently.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import Record

DEPLOYMENT_NAME = r"deploy|release|rollout|roll-out|promot|publish"
"""What teams call the builds that bring a version to its users."""


NO_FAILURE = "no failure by the rules of the type"
MAX_WORD = 40


@dataclass(frozen=True)
class Among:
    """Keeps the records whose word at the path is one of some, upper and lower case being the same."""

    path: str
    words: tuple[str, ...]

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        holder, _, key = self.path.rpartition(".")
        words = find_value(record, holder)
        return not isinstance(words, dict) or key not in words or str(words[key]).lower() in self.words


@dataclass(frozen=True)
class Named:
    """Keeps the records with a match of the pattern in one of the names at the paths."""

    paths: tuple[str, ...]
    pattern: str = DEPLOYMENT_NAME

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        names = [value for value in (find_value(record, path) for path in self.paths) if value is not None]
        return not names or any(re.search(self.pattern, str(name), re.IGNORECASE) for name in names)


@dataclass(frozen=True)
class Unlike:
    """Keeps the records without a match of the pattern in the text at the path, whatever its case."""

    path: str
    pattern: str

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        value = find_value(record, self.path)
        return value is None or not re.search(self.pattern, str(value), re.IGNORECASE)


WISH_NAME = r"feature|enhancement|story|epic|wish|funktion|évolution|funcionalidad"
"""What trackers call what asks for something new, in their own languages: that is not a failure."""
NO_WISH = Unlike("tracker.name", WISH_NAME)


@dataclass(frozen=True)
class Filled:
    """Keeps the records that hold something at the path, such as checks that were ever executed."""

    path: str

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        return find_value(record, self.path) is not None


def explain(keep: Callable[[Record], bool], record: Record) -> str:
    """Why a filter leaves a record out: the word that is not among those that count."""
    match keep:
        case Among(path=path):
            return f"{path} is {str(find_value(record, path)).lower()[:MAX_WORD]}"
        case Named(pattern=pattern):
            return f"no name with {pattern.replace('|', ', ')}"
        case Unlike(path=path):
            return f"{path} is {str(find_value(record, path))[:MAX_WORD]}"
        case Filled(path=path):
            return f"no {path}"
        case Both(first=first, second=second):
            return explain(second if first(record) else first, record)
    return NO_FAILURE


@dataclass(frozen=True)
class Both:
    """Keeps the records that two filters keep."""

    first: Callable[[Record], bool]
    second: Callable[[Record], bool]

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        return self.first(record) and self.second(record)
