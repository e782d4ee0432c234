"""The terms in which a preset is declared: which tables a pipeline landed, and which record they stand for.

A preset gives the record back as the tool itself would have sent it, so that the tool's own mapping reads it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from causeloop_pipeline.connectors.spec import RecordSchema

DELETED = "causeloop_deleted"
"""The key that says, in a record as it is landed, that it is gone from the tool."""


@dataclass(frozen=True, kw_only=True)
class Join:
    """Another table of the same schema, of which one row belongs to a row of the main table."""

    table: str
    on: str
    """Column of the main table."""
    key: str = "id"
    """Column of the other table."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One tool's records as one pipeline lands them; what a table lacks is left out of the record."""

    writer: str
    tool: str
    tables: tuple[str, ...]
    """The first that is there is the main table."""
    columns: Mapping[str, tuple[str, ...]]
    """Path in the tool's record → its columns; the first with a value is read, `join.column` of a join."""
    landed_at: tuple[str, ...]
    """Columns that grow with every write; the first that is there is the cursor."""
    joins: Mapping[str, Join] = field(default_factory=dict)
    json_paths: frozenset[str] = frozenset()
    """Paths whose columns hold JSON, as text in some databases."""
    deleted: str | None = None
    """Column that says that the record is gone from the tool: its issue is closed."""
    unless: str | None = None
    """Column that only rows have which are not failures."""
    schema: RecordSchema | None = None
    """How to read the record, where it is not as the tool's first list."""

    @property
    def name(self) -> str:
        """Its name in a configuration."""
        return f"{self.writer}_{self.tool}"


def to_snake_case(name: str) -> str:
    """A name as Fivetran and dlt write it: CaseNumber becomes case_number."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def map_whole_columns(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Airbyte keeps the record's own top level: a column for each key, JSON where it is nested."""
    tops = dict.fromkeys(path.split(".")[0] for path in paths)
    return {top: tuple(dict.fromkeys((top, to_snake_case(top)))) for top in tops}


def list_nested_paths(paths: Iterable[str]) -> frozenset[str]:
    """The top levels below which something is read."""
    return frozenset(path.split(".")[0] for path in paths if "." in path)


def map_flat_columns(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """dlt flattens objects: a column for each leaf, its keys in snake case with two underscores between."""
    return {path: ("__".join(to_snake_case(key) for key in path.split(".")),) for path in paths}
