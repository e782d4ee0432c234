"""What a declaration may say: the words of the built-in connectors, and the bounds of its numbers.

A word is the lower-case name of its class (`offset_pages`, `bearer`, `tag`) unless it is listed here.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from causeloop_pipeline.connectors.auth import GitHubApp
from causeloop_pipeline.connectors.declared.patterns import LinearMatch, LinearMatches
from causeloop_pipeline.connectors.mapping import expressions
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.pulls import Pull, RecordSchema, Refresh
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.connectors.signatures import SnsSignature
from causeloop_pipeline.connectors.spec import BodyError, Field
from causeloop_pipeline.model.issue import Identifies

REPLACED: Mapping[type, type] = {
    expressions.Match: LinearMatch,
    expressions.Matches: LinearMatches,
}
"""Classes that are read as a safer one of the same word."""

NOT_DECLARED: frozenset[tuple[type, str]] = frozenset(
    {
        (RecordSchema, "key_pattern"),
        (RecordSchema, "normalize"),
        (RecordSchema, "source"),
        (Refresh, "ids"),
        (Pull, "undescribed"),
        (Field, "pattern"),
    }
)
"""Fields that only a file of the product may set."""
NOT_DECLARED_CLASSES: frozenset[type] = frozenset({SnsSignature})

DEFAULTS: Mapping[tuple[type, str], Any] = {(IssueMapping, "identifies"): Identifies.EVENT}
"""Fields that the product's own files must fill, and a declaration need not."""

FIELD_TYPES: Mapping[tuple[type, str], Any] = {(RecordSchema, "keep"): Among | None}
"""Fields that a declaration fills with less than the product's own files may."""

PATTERNS: frozenset[tuple[type, str]] = frozenset({(LinearMatch, "pattern"), (LinearMatches, "pattern")})
LITERAL_PATTERNS: frozenset[tuple[type, str]] = frozenset({(BodyError, "matches")})
"""Regular expressions of which a declaration gives a text that must be found as it is."""

KIND = re.compile(r"(?!normalized)[a-z][a-z_]{0,19}")
TAG_NAMES = re.compile(r"[\w .:-]{1,60}(\|[\w .:-]{1,60}){0,20}")
FORMS: Mapping[tuple[type, str], tuple[re.Pattern[str], str]] = {
    (RecordSchema, "kind"): (KIND, "small letters, such as record or change"),
    (expressions.Tag, "names"): (TAG_NAMES, "names with | between them, such as service|app"),
}

A_DAY = timedelta(days=1)
BOUNDS: Mapping[str, tuple[Any, Any]] = {
    "size": (1, 10_000),
    "limit": (1, 1_000),
    "cap": (1, 1_000_000),
    "first": (0, 1),
    "restart_after": (100, 1_000_000),
    "lifetime": (60, 86_400),
    "window": (timedelta(minutes=10), 3_650 * A_DAY),
    "overlap": (timedelta(0), 30 * A_DAY),
}
"""Numbers and spans that could make a sync endless."""
MAX_LIST_LENGTHS: Mapping[str, int] = {"pulls": 20, "issues": 30, "changes": 30, "events": 30, "config": 30}


def find_word(chosen: type) -> str:
    """The word that stands for a class."""
    names: dict[type, str] = {LinearMatch: "Match", LinearMatches: "Matches", GitHubApp: "GithubApp"}
    name = names.get(chosen, chosen.__name__)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
