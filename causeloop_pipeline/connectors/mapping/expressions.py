"""The vocabulary of a mapping: where in a payload the value of a field stands.

Where an expression is expected, a string is a dotted path and a tuple is "the first that has a value".
A key that itself holds a dot is written with a backslash: `r"kibana\\.alert\\.status"`.
Regular expressions keep to what Python and PostgreSQL read alike: no look-around, no lazy quantifiers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class TimeFormat(StrEnum):
    """How a tool writes times; declared for each field, never guessed."""

    ISO = "iso"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"
    EPOCH_NANOSECONDS = "epoch_nanoseconds"
    ZONE_NAME = "zone_name"
    """ISO 8601 before the name of a zone, such as `2026-03-02 14:21:40 PDT` or `… (UTC)`."""
    MAIL = "mail"
    """As in the header of a message: `Mon, 02 Mar 2026 14:21:40 GMT`, also without weekday or seconds."""
    US = "us"
    """Month, day and year on a clock of twelve hours: `3/2/2026 2:21:40 PM`."""
    COMPACT = "compact"
    """ISO 8601 without separators: `20260302T142140+0000`."""
    SERIAL_DAYS = "serial_days"
    """Days since 30 December 1899, as spreadsheets and Windows count: `46083.348379`."""


@dataclass(frozen=True)
class Text:
    """A template such as `"https://acme.example/{key}"`; without a value where one of its parts has none.

    `{config.name}` is a value of the connector's configuration.
    """

    template: str


@dataclass(frozen=True)
class Literal:
    """The same text for every record."""

    text: str


@dataclass(frozen=True)
class Match:
    """The first group of a regular expression in a text, or the whole match where it has no group."""

    of: "Source"
    pattern: str


@dataclass(frozen=True)
class Join:
    """The values of several expressions, those without one left out."""

    parts: tuple["Source", ...]
    separator: str = " "


@dataclass(frozen=True)
class Concat:
    """The values of several expressions one after another; without a value where one of them has none."""

    parts: tuple["Source", ...]


@dataclass(frozen=True)
class Pluck:
    """What stands at a key of each object of a list, such as the names of labels: a list of its own."""

    path: str
    key: str


@dataclass(frozen=True)
class Tag:
    """The value of a tag such as `service:checkout`.

    The tags at the path may be a list of texts, a list of objects with key (or name) and value, an object, or
    one text with commas. `names` is a regular expression: `"service|svc"`.
    """

    path: str
    names: str


@dataclass(frozen=True)
class SeverityLabel:
    """The first label that names a severity, such as `P1` or `severity: high`; labels as for `Tag`."""

    path: str


@dataclass(frozen=True)
class Element:
    """The text at `take` in the first object of a list, or of an object, whose text at `key` is `equals`."""

    path: str
    key: str
    equals: str | None
    """None: of the first object that has anything but null at the key."""
    take: str = "value"


@dataclass(frozen=True)
class Document:
    """A text that may be an Atlassian document: its text nodes in order."""

    path: str


@dataclass(frozen=True)
class PlainText:
    """A text that may be HTML: without its tags."""

    path: str


@dataclass(frozen=True)
class Band:
    """The word of the first lower bound that a number reaches: `((9, "critical"), (7, "high"))`."""

    of: "Source"
    bounds: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Choose:
    """One expression where the condition holds, another where it does not."""

    when: "Condition"
    then: "Source"
    otherwise: "Source | None" = None


@dataclass(frozen=True)
class Different:
    """The value of an expression, unless it is the same as another's."""

    of: "Source"
    than: "Source"


@dataclass(frozen=True)
class Instant:
    """A time, in the first of the values that is one of the format."""

    of: "Source"
    format: TimeFormat = TimeFormat.ISO


@dataclass(frozen=True)
class Has:
    """Whether there is anything but null at a path."""

    path: str


@dataclass(frozen=True)
class Is:
    """Whether the text of an expression is one of some values, upper and lower case being the same."""

    of: "Source"
    values: tuple[str, ...]


@dataclass(frozen=True)
class Matches:
    """Whether a regular expression is found in the text of an expression, whatever its case."""

    of: "Source"
    pattern: str


@dataclass(frozen=True)
class Kind:
    """Whether the record was landed as one of some kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """Whether a condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True)
class Every:
    """Whether all of some conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """Whether at least one of some conditions holds."""

    conditions: tuple["Condition", ...]


Expression: TypeAlias = (
    Text
    | Literal
    | Match
    | Join
    | Concat
    | Pluck
    | Tag
    | SeverityLabel
    | Element
    | Document
    | PlainText
    | Band
    | Choose
    | Different
)
Source: TypeAlias = str | Expression | tuple["str | Expression", ...]
Condition: TypeAlias = Has | Is | Matches | Kind | Not | Every | Some
Moment: TypeAlias = str | Instant | tuple["str | Instant", ...]
"""Plain paths are ISO 8601."""
Attributes: TypeAlias = Mapping[str, Source]
