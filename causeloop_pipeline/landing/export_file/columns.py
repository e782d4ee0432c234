"""Recognizes what the columns of a tool's export mean, by the names that such columns usually have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from causeloop_pipeline.model.frames import DIMENSIONS


def parse_word_lists(text: str) -> dict[str, tuple[str, ...]]:
    """The words of each heading in a list written as `heading: word word …`; further lines are indented."""
    entries = (entry.split(":", 1) for entry in re.split(r"\n(?=\S)", text.strip()))
    return {heading: tuple(words.split()) for heading, words in entries}


USUAL_NAMES: Mapping[str, tuple[str, ...]] = parse_word_lists("""
id: external_id id key number issue_id incident_id ticket_id event_id issue_key incident_number
    ticket_number case_number ticket uuid sys_id case_id bug_id alert_id task_id public_id
title: title summary short_description subject headline message msg display_message error_message
    alert_name event_name issue_title incident_title ticket_subject ticket_name error_desc error_description
    event name alert problem log text content
body: body description details long_description body_text detail comments notes work_notes
    ticket_description narrative stack_trace stacktrace traceback
severity: severity priority urgency sev prio severity_level priority_name level log_level
    criticality importance incident_severity severity_name impact
status: status state issue_status incident_state ticket_status last_status stage_name
service: service service_name business_service application app system product configuration_item
    cmdb_ci affected_ci ci ci_name affected_service impacted_service repository repo product_name project
    project_key provider node host line area_path
component: component components subcomponent module subsystem affected_component component_name
    enclosure device asset station category u_component
error_type: error_type error_code exception exception_type exception_class error_class code error
    failure_type cause_detail cause failure_code cwes event_type
team: team assignment_group assigned_team owner_team team_name assigned_group group owning_team
    squad queue support_group resolver_group last_team first_team team_names teams
environment: environment env stage deployment_environment tier
region: region location locations site datacenter data_center zone country
source_created_at: source_created_at created_at opened_at created opened created_on create_time
    creation_date created_date date_created created_time sys_created_on reported_at reported
    occurred_at started_at start_time opened_on open_time date_opened opened_date detected_at
    event_time timestamp datetime date_time date time first_occurrence published incident_date
    issue_date start_date started create_date date_time_opened first_seen
source_updated_at: source_updated_at updated_at updated last_updated modified_at modified updated_on
    last_modified sys_updated_on last_change_at update_time date_modified changed_date last_update_time
    last_activity_date last_seen
resolved_at: resolved_at closed_at resolved closed resolution_date resolutiondate resolved_on
    closed_on closed_date date_closed end_time ended_at resolved_date close_time solved_at resolved_time
    closed_time completed_at close_date date_time_closed
""")

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


class ColumnError(ValueError):
    """A column that was named for a field does not exist, or no such field does."""


@dataclass(frozen=True)
class RecognizedColumns:
    """Which column stands for each field, which for none, and for which fields a person chose it."""

    columns: Mapping[str, str]
    unused: tuple[str, ...]
    chosen: frozenset[str] = frozenset()


def recognize_columns(
    columns: Sequence[str], chosen: Mapping[str, str], empty: Sequence[str] = ()
) -> RecognizedColumns:
    """Say which column means what.

    In: the table's column names; `chosen`, field → column as a person gave it, which wins; the columns
    that hold nothing, which are left out unless chosen. Out: field → column, each column at most once,
    fields in the order of USUAL_NAMES. A name matches as a whole, letter case and punctuation aside; of
    a nested name such as `fields.summary` the last part may match where nothing better does.
    Raises ColumnError when `chosen` names an unknown field or column.
    """
    taken = {_field(name): _existing(column, columns) for name, column in chosen.items()}
    by_person = frozenset(taken)
    _refuse_double_use(taken)
    candidates = [column for column in columns if column not in empty]
    for name_of in (normalize_name, _last_part):
        for field_name, names in USUAL_NAMES.items():
            free = {
                name_of(column): column for column in reversed(candidates) if column not in taken.values()
            }
            match = next((free[name] for name in names if name in free), None)
            if field_name not in taken and match is not None:
                taken[field_name] = match
    ordered = {field_name: taken[field_name] for field_name in USUAL_NAMES if field_name in taken}
    return RecognizedColumns(
        ordered, tuple(column for column in columns if column not in ordered.values()), by_person
    )


def normalize_name(column: str) -> str:
    """A column's name in lower case with single underscores: `Created At`, `createdAt` → `created_at`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def _last_part(column: str) -> str:
    return normalize_name(column.rsplit(".", 1)[-1])


def _field(name: str) -> str:
    field_name = FIELD_ALIASES.get(name, name)
    if field_name not in USUAL_NAMES:
        raise ColumnError(f"there is no field {name!r}: choose one of {', '.join(USUAL_NAMES)}")
    return field_name


def _existing(column: str, columns: Sequence[str]) -> str:
    if column not in columns:
        raise ColumnError(f"there is no column {column!r}: the file has {', '.join(columns)}")
    return column


def _refuse_double_use(taken: Mapping[str, str]) -> None:
    for column in set(taken.values()):
        fields = [field_name for field_name in taken if taken[field_name] == column]
        if len(fields) > 1:
            raise ColumnError(f"column {column!r} was given for {' and '.join(fields)}: it can be only one")
