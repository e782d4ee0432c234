"""Recognizes what the columns of a tool's export mean, by the names that such columns usually have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from causeloop_pipeline.landing.export_file.column_names import USUAL_NAMES
from causeloop_pipeline.landing.export_file.column_zones import split_zone
from causeloop_pipeline.landing.export_file.named_values import NAMES_OF_VALUES
from causeloop_pipeline.model.field_names import CAUSES, normalize_field_name
from causeloop_pipeline.model.frames import DIMENSIONS

FIELD_ALIASES = {
    "external_id": "id",
    "created_at": "source_created_at",
    "updated_at": "source_updated_at",
    "closed_at": "resolved_at",
    "description": "body",
    "summary": "title",
    "priority": "severity",
}

GROUPING_FIELDS = DIMENSIONS
REFERENCES = frozenset({*GROUPING_FIELDS, "severity", "status", "region"})
OWN_FIELDS = frozenset({"id", "external_url", "source_created_at", "source_updated_at", "resolved_at"})
"""What an object that a tool gives for one of the former has as well, and is not that of the issue."""

FIELDS_OF_NAMES = {name: field_name for field_name, names in USUAL_NAMES.items() for name in names}
NUMBER_SIGNS = frozenset({"#", "№", "Nº", "N°"})


LINE = "line"
BESIDE_LINES = frozenset(
    {"column", "col", "file", "filename", "file_name", "file_path", "path", "uri", "end_line"}
)


class ColumnError(ValueError):
    """A column that was named for a field does not exist, or no such field does."""


@dataclass(frozen=True)
class RecognizedColumns:
    """Which column stands for each field, which for none, and who or what says so where no name does."""

    columns: Mapping[str, str]
    unused: tuple[str, ...]
    chosen: frozenset[str] = frozenset()
    by_values: frozenset[str] = frozenset()

    def add(self, columns: Mapping[str, str]) -> "RecognizedColumns":
        """With further fields, whose columns were recognized by their values."""
        taken = {**self.columns, **columns}
        ordered = {field_name: taken[field_name] for field_name in USUAL_NAMES if field_name in taken}
        unused = tuple(column for column in self.unused if column not in columns.values())
        return RecognizedColumns(ordered, unused, self.chosen, self.by_values | columns.keys())


def recognize_columns(
    columns: Sequence[str], chosen: Mapping[str, str], empty: Sequence[str] = ()
) -> RecognizedColumns:
    """Say which column means what.

    In: the table's column names; `chosen`, field → column as a person gave it, which wins; the columns
    that hold nothing, which are left out unless chosen. Out: field → column, each column at most once,
    fields in the order of USUAL_NAMES. A name matches as a whole, letter case and punctuation aside; of
    a nested name such as `fields.status.name` the last two parts may match where nothing better does, then
    what the last one names, then the last one. A description is the title where nothing else is.
    Raises ColumnError when `chosen` names an unknown field or column.
    """
    taken = {_require_field(name): _require_column(column, columns) for name, column in chosen.items()}
    by_person = frozenset(taken)
    _refuse_double_use(taken)
    candidates = [column for column in columns if column not in empty and not _is_of_source(column, columns)]
    for name_of in (normalize_name, _take_last_parts, _take_owner, _take_own_last_part):
        for field_name, names in USUAL_NAMES.items():
            free = {
                name_of(column): column for column in reversed(candidates) if column not in taken.values()
            }
            match = next((free[name] for name in names if name in free), None)
            if field_name not in taken and match is not None:
                taken[field_name] = match
    is_cause = normalize_name(taken.get("body", "")) in CAUSES
    if "title" not in taken and "body" in taken and "body" not in by_person and not is_cause:
        taken["title"] = taken.pop("body")
    if "id" not in by_person and _is_of_part(taken):
        del taken["id"]
    ordered = {field_name: taken[field_name] for field_name in USUAL_NAMES if field_name in taken}
    return RecognizedColumns(
        ordered, tuple(column for column in columns if column not in ordered.values()), by_person
    )


def _is_of_source(column: str, columns: Sequence[str]) -> bool:
    """Whether a column is the number of a line in a file of code, and no line of a plant."""
    is_line = normalize_name(column.rpartition(".")[2]) == LINE
    return is_line and any(normalize_name(other.rpartition(".")[2]) in BESIDE_LINES for other in columns)


def _is_of_part(taken: Mapping[str, str]) -> bool:
    """Whether the id that was recognized is that of a part, such as the process that wrote a message."""
    column, title = taken.get("id", ""), taken.get("title", "")
    owner, last = column.rpartition(".")[0], column.rpartition(".")[2]
    is_named = "id" in {FIELDS_OF_NAMES.get(name_of(column)) for name_of in (_take_last_parts, _take_owner)}
    return bool(owner and title and not is_named and last and not title.startswith(f"{owner}."))


@lru_cache(maxsize=4_096)
def normalize_name(column: str) -> str:
    """A column in plain lower case, where `#` is a number and a time zone in the name says no more."""
    if column.strip() in NUMBER_SIGNS:
        return "number"
    return normalize_field_name(split_zone(column)[0]).removesuffix("_utc")


def _take_last_parts(column: str) -> str:
    return normalize_name("_".join(column.split(".")[-2:]))


def _take_owner(column: str) -> str:
    """Whose name or value it is: `fields.status.name` → `status`."""
    owner, last = _split_path(column)
    return normalize_name(owner) if last in NAMES_OF_VALUES else ""


def _take_own_last_part(column: str) -> str:
    """The last part, unless it is of what the issue refers to: `service.id` is not the id of the issue."""
    owner, last = map(normalize_name, _split_path(column))
    is_of_another = FIELDS_OF_NAMES.get(owner) in REFERENCES and FIELDS_OF_NAMES.get(last) in OWN_FIELDS
    return "" if is_of_another else last


def _split_path(column: str) -> tuple[str, str]:
    *_, owner, last = ["", *column.split(".")]
    return owner, last


def _require_field(name: str) -> str:
    field_name = FIELD_ALIASES.get(name, name)
    if field_name not in USUAL_NAMES:
        raise ColumnError(f"there is no field {name!r}: choose one of {', '.join(USUAL_NAMES)}")
    return field_name


def _require_column(column: str, columns: Sequence[str]) -> str:
    if column not in columns:
        raise ColumnError(f"there is no column {column!r}: the file has {', '.join(columns)}")
    return column


def _refuse_double_use(taken: Mapping[str, str]) -> None:
    for column in set(taken.values()):
        fields = [field_name for field_name in taken if taken[field_name] == column]
        if len(fields) > 1:
            raise ColumnError(f"column {column!r} was given for {' and '.join(fields)}: it can be only one")
