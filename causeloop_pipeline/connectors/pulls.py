"""How a list of a tool is read: its endpoint, its filter, its records and what belongs to them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.mapping.expressions import TimeFormat
from causeloop_pipeline.connectors.pages import OnePage, Pages

Record = dict[str, Any]
Param: TypeAlias = str | int | float | bool | tuple["Param", ...]


FARTHEST_ZONE = timedelta(hours=12, minutes=5)
"""The overlap of a filter whose time is read in the zone of the account, where no answer names it."""


@dataclass(frozen=True, kw_only=True)
class Since:
    """How to ask only for what is new, and what may be remembered when.

    `field` is the record's time that the filter applies to. An ascending list moves the cursor to the newest
    time page by page; any other only when a window is done, because an unread page may hold older records.
    """

    field: str
    param: str | None = None
    """None: the tool cannot filter; everything is listed, and unchanged records are left out here."""
    template: str = "{since}"
    """May also hold {until} and configuration."""
    until_param: str | None = None
    format: str = TimeFormat.ISO
    """A `TimeFormat` value, or a strftime pattern in `zone`."""
    zone: str | None = None
    """Configuration field that names the time zone the tool reads the filter in."""
    overlap: timedelta = timedelta(minutes=5)
    ascending: bool = False
    newest_first: bool = False
    """Without a filter: a page without a record of the window is the last."""
    restart_after: int | None = None
    """Ascending: list again from the newest time after so many records, so that none falls between pages."""
    window: timedelta | None = None
    """Longest time span that the tool lists at once."""
    cap: int | None = None
    """Maximum number of records the tool lists for one window; a fuller window is halved."""


@dataclass(frozen=True, kw_only=True)
class RecordSchema:
    """How to read one record: its id, the time of this version, and which records count as failures."""

    key: str = "id"
    """A path, or a template such as "run/{repository.name}/{id}"; {a|b} is the first there, {a|} may lack."""
    key_pattern: str | None = None
    """A regular expression: its first group is the id in what the key gives, such as the end of a name."""
    updated_at: tuple[str, ...] = ("updated_at",)
    """The first of these paths that holds a value."""
    times: TimeFormat = TimeFormat.ISO
    kind: str = "record"
    source: str = ""
    """Another type, whose records these are: with both connected, an issue that both read counts once."""
    labels: str | None = None
    """The path of labels: their fingerprint, as Prometheus computes it, is the id; without any the key is."""
    keep: Callable[[Record], bool] | None = None
    unless: str | None = None
    """A path that only records have which are not failures, such as a pull request among issues."""
    embedded: tuple[str, ...] = ()
    """Paths of texts that hold JSON: each is read in its place before anything else."""
    normalize: bool = False
    """The payload becomes the product's own fields by the configuration's `fields` mapping."""

    @property
    def unfiltered(self) -> "RecordSchema":
        """The same for every record, whether or not it counts as a failure."""
        return replace(self, keep=None, unless=None)


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """How to read one open record again, for tools whose filter never shows that it was resolved."""

    path: str
    record: str
    ids: str = r"(?P<id>.+)"
    """Which external ids belong to this pull; its named groups fill `path`."""
    limit: int = 200
    """Maximum number per sync; the next sync continues with the others."""


@dataclass(frozen=True, kw_only=True)
class Parents:
    """A list that is read first, each time: the ids of what the records belong to, such as projects."""

    path: str
    records: str
    id: str = "id"
    params: tuple[tuple[str, Param], ...] = ()
    pages: Pages = field(default_factory=OnePage)
    limit: int = 1000
    """Maximum number of entries; more is an error, for they would not be read."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """How to read the records of a list that only holds ids, a batch at a time."""

    path: str
    records: str
    id: str = ""
    """The path of the id in an entry; empty where the entry is the id itself."""
    param: str = "ids"
    size: int = 200
    params: tuple[tuple[str, Param], ...] = ()
    method: Literal["GET", "POST"] = "POST"
    """POST sends the ids as a JSON list, GET as one text with commas."""


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """One more document for each record that counts: what an id in it names, or why it failed.

    Where the tool has none, the record is read without it.
    """

    path: str
    """A template of paths in the record, and of configuration."""
    into: str
    """The key under which the record holds it."""
    take: str = ""
    """Its path in the answer."""
    last: int | None = None
    """Of a list only so many entries at its end, of a text so many characters."""


KEY = "_key"
"""Under which a record has its key, where the tool lists records as an object."""


def list_entries(document: Any, path: str) -> list[Any] | None:
    """The records of a list, or of an object that holds them by their ids; None where it is neither."""
    listed = find_value(document, path)
    if path and isinstance(listed, dict) and all(isinstance(entry, dict) for entry in listed.values()):
        return [entry if KEY in entry else {KEY: key, **entry} for key, entry in listed.items()]
    return listed if isinstance(listed, list) else None


def open_entries(entries: list[Any], within: str | None) -> list[Any]:
    """The records of a list: its entries, or those of the lists that they hold."""
    if within is None:
        return entries
    held = [find_value(entry, within) for entry in entries]
    return [record for records in held if isinstance(records, list) for record in records]


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One list endpoint and how to read all of it."""

    name: str
    path: str
    records: str
    pages: Pages
    within: str | None = None
    """Each entry of the list holds one of its own, whose entries are the records: its path in the entry."""
    schema: RecordSchema = field(default_factory=RecordSchema)
    since: Since | None = None
    params: tuple[tuple[str, Param], ...] = ()
    """Texts are templates; numbers, truth values and tuples (lists in JSON) go as they are."""
    method: Literal["GET", "POST"] = "GET"
    """POST sends `params`, filter and page position as a JSON body; a dotted name goes into an object."""
    form: bool = False
    """POST sends them as a form instead."""
    graphql: str | None = None
    """A GraphQL query: POST sends it with `params`, filter and page position as its variables."""
    headers: tuple[tuple[str, str], ...] = ()
    columns: str | None = None
    """Rows are lists: the path of their columns' names, or of objects with `name`."""
    for_each: str | None = None
    """Configuration field that holds a list: the endpoint is read for each entry, {item} in templates."""
    parents: "Parents | None" = None
    """The endpoint is read for each entry of another list, {item} in templates."""
    details: "Details | None" = None
    """The list holds only ids, and the records are read in batches."""
    supplements: tuple[Supplement, ...] = ()
    refresh: Refresh | None = None
    absent_means_ended: str | None = None
    """For a list that holds all that is open: which external ids are its own, as a regular expression."""
    undescribed: tuple[str, ...] = ()
    """Paths that the tool's records have although its own description leaves them out."""
    optional: bool = False
    """Not every account or token may read it: if it is refused, the other lists are still read."""
