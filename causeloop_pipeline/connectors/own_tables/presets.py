"""What Airbyte, Fivetran and dlt land of six tools, by the name that a configuration chooses it with."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from causeloop_pipeline.connectors.own_tables.preset import (
    Join,
    Preset,
    list_nested_paths,
    map_flat_columns,
    map_whole_columns,
    to_snake_case,
)
from causeloop_pipeline.connectors.own_tables.record_paths import (
    GITHUB,
    JIRA,
    PAGERDUTY,
    SALESFORCE,
    SERVICENOW,
    ZENDESK,
)
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.connectors.ticket_marker import Unmarked

SERVICENOW_ROW = RecordSchema(
    key="sys_id",
    updated_at=("sys_updated_on",),
    keep=Unmarked(("correlation_id",)),
)
PATHS = {
    "jira": JIRA,
    "zendesk": ZENDESK,
    "github": GITHUB,
    "pagerduty": PAGERDUTY,
    "salesforce": SALESFORCE,
    "servicenow": SERVICENOW,
}
PLURAL = {
    "jira": ("issues",),
    "zendesk": ("tickets",),
    "github": ("issues",),
    "pagerduty": ("incidents",),
    "salesforce": ("case", "cases"),
    "servicenow": ("incidents", "incident"),
}
SINGULAR = {
    "jira": "issue",
    "zendesk": "ticket",
    "github": "issue",
    "pagerduty": "incident",
    "salesforce": "case",
    "servicenow": "incident",
}
LISTS_OF_SERVICENOW = ("business_service", "service_offering", "cmdb_ci", "assignment_group")
"""References: their columns hold objects with a link and a value."""
FIVETRAN_JOINS: Mapping[str, Mapping[str, Join]] = {
    "jira": {
        "status": Join(table="status", on="status"),
        "priority": Join(table="priority", on="priority"),
        "project": Join(table="project", on="project"),
        "issue_type": Join(table="issue_type", on="issue_type"),
    },
    "zendesk": {"brand": Join(table="brand", on="brand_id"), "team": Join(table="group", on="group_id")},
    "github": {"repository": Join(table="repository", on="repository_id")},
    "pagerduty": {
        "service": Join(table="service", on="service_id"),
        "priority": Join(table="priority", on="priority_id"),
        "escalation_policy": Join(table="escalation_policy", on="escalation_policy_id"),
    },
    "salesforce": {
        "owner": Join(table="user", on="owner_id"),
        "account": Join(table="account", on="account_id"),
    },
    "servicenow": {
        "task": Join(table="task", on="sys_id", key="sys_id"),
        "service": Join(table="cmdb_ci", on="task.business_service_value", key="sys_id"),
        "item": Join(table="cmdb_ci", on="task.cmdb_ci_value", key="sys_id"),
        "team": Join(table="sys_user_group", on="task.assignment_group_value", key="sys_id"),
    },
}
FIVETRAN_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "jira": {
        "id": ("id",),
        "key": ("key",),
        "fields.summary": ("summary",),
        "fields.description": ("description",),
        "fields.environment": ("environment",),
        "fields.priority.name": ("priority.name",),
        "fields.status.name": ("status.name",),
        "fields.project.key": ("project.key",),
        "fields.project.name": ("project.name",),
        "fields.issuetype.name": ("issue_type.name",),
        "fields.created": ("created",),
        "fields.updated": ("updated",),
        "fields.resolutiondate": ("resolved",),
    },
    "zendesk": {path: (path.replace(".", "_"),) for path in ZENDESK}
    | {"brand_id": ("brand.name", "brand_id"), "group_id": ("team.name", "group_id")},
    "github": {path: (path,) for path in GITHUB} | {"repository.name": ("repository.name",)},
    "pagerduty": {path: (path,) for path in PAGERDUTY if "." not in path}
    | {
        "service.summary": ("service.name", "service.summary"),
        "priority.summary": ("priority.name", "priority.summary"),
        "escalation_policy.summary": ("escalation_policy.name", "escalation_policy.summary"),
    },
    "salesforce": {path: (to_snake_case(path),) for path in SALESFORCE}
    | {"Owner.Name": ("owner.name",), "Account.Name": ("account.name",)},
    "servicenow": {path: (path, f"task.{path}") for path in SERVICENOW}
    | {
        "business_service": ("service.name", "task.business_service_value"),
        "cmdb_ci": ("item.name", "task.cmdb_ci_value"),
        "assignment_group": ("team.name", "task.assignment_group_value"),
        "service_offering": (),
    },
}


def _list_presets() -> Iterator[Preset]:
    for tool, paths in PATHS.items():
        schema = SERVICENOW_ROW if tool == "servicenow" else None
        is_deleted = "isdeleted" if tool == "salesforce" else None
        references = frozenset(LISTS_OF_SERVICENOW) if tool == "servicenow" else frozenset()
        yield Preset(
            writer="airbyte",
            tool=tool,
            tables=PLURAL[tool],
            columns=map_whole_columns(paths) | _map_pull_request(tool),
            landed_at=("_airbyte_extracted_at", "_airbyte_emitted_at"),
            json_paths=list_nested_paths(paths) | {"tags", "labels", "teams", "pull_request"} | references,
            deleted=is_deleted,
            schema=schema,
        )
        yield Preset(
            writer="fivetran",
            tool=tool,
            tables=(SINGULAR[tool],),
            columns=FIVETRAN_COLUMNS[tool],
            landed_at=("_fivetran_synced",),
            joins=FIVETRAN_JOINS[tool],
            deleted="_fivetran_deleted",
            unless="pull_request" if tool == "github" else None,
            schema=schema,
        )
        yield Preset(
            writer="dlt",
            tool=tool,
            tables=(*PLURAL[tool], SINGULAR[tool]),
            columns=map_flat_columns(paths),
            landed_at=("_dlt_load_id",),
            deleted="is_deleted" if is_deleted else None,
            unless="pull_request__url" if tool == "github" else None,
            schema=schema,
        )


def _map_pull_request(tool: str) -> dict[str, tuple[str, ...]]:
    """GitHub lists pull requests among the issues; only they have it."""
    return {"pull_request": ("pull_request",)} if tool == "github" else {}


PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _list_presets()})
