"""The texts of the dbt project's generated yml files and lists: contracts, sources, connector types."""

import json
from collections.abc import Iterable, Mapping

RECORD_COLUMNS = (
    ("workspace_id", "uuid", "The workspace that the record belongs to."),
    ("record_id", "uuid", "This version of the record."),
    ("source", "text", "The type of the connector."),
    ("external_id", "text", "The record's id at the tool."),
    ("kind", "text", "The shape of the payload, where a source has several."),
    ("connector_id", "uuid", "The connector of the record."),
    ("received_at", "timestamp with time zone", "When this version arrived."),
    ("source_updated_at", "timestamp with time zone", "When the tool made this version."),
    ("variant", "text", "The mapping that fits the payload; null where none does."),
    ("payload_keys", "text", "The first keys of a payload that no mapping fits."),
)
ISSUE_COLUMNS = (
    ("title", "text", "The title, as the tool has it."),
    ("body", "text", "The longer text, if there is one."),
    ("severity_value", "text", "The tool's own value for the severity."),
    ("status_value", "text", "The tool's own value for the status."),
    ("service", "text", "What failed."),
    ("error_type", "text", "The kind of failure, where the tool names one."),
    ("team", "text", "Who is responsible."),
    ("environment", "text", "Where it failed."),
    ("external_url", "text", "The record's page at the tool."),
    ("source_created_at", "timestamp with time zone", "When it began."),
    ("resolved_at", "timestamp with time zone", "When it ended; used only if the status says that it has."),
    ("attributes", "jsonb", "Other fields of the tool."),
)
CHANGE_COLUMNS = (
    ("change_kind", "text", "The kind of change, where the tool has one."),
    ("title", "text", "The title, as the tool has it."),
    ("service", "text", "What was changed."),
    ("environment", "text", "Where it was changed."),
    ("external_url", "text", "The change's page at the tool."),
    ("changed_at", "timestamp with time zone", "When it was changed."),
)


def contract_of(models: Mapping[str, str]) -> str:
    """The yml of a folder's models, by name and description: every model of a kind has the same columns."""
    subjects = {"issues": ISSUE_COLUMNS, "changes": CHANGE_COLUMNS}
    used = [subject for subject in subjects if any(name.endswith(f"__{subject}") for name in models)]
    lines = ["anchors:"]
    for subject in used:
        lines.append(f"  - &{subject}")
        for name, type_, description in (*RECORD_COLUMNS, *subjects[subject]):
            lines.append(
                f"    - {{name: {name}, data_type: {type_}, description: {json.dumps(description)}}}"
            )
    lines += ["", "models:"]
    for name, description in sorted(models.items()):
        lines += [
            f"  - name: {name}",
            f"    description: {json.dumps(description, ensure_ascii=False)}",
            f"    columns: *{name.rpartition('__')[2]}",
        ]
    return "\n".join(lines) + "\n"


def sources_of(types: Iterable[str]) -> str:
    """The yml of the landing sources: one name a connector type, all of them the one table of records."""
    lines = [
        "sources:",
        "  - name: landing",
        "    description: >",
        "      Payloads exactly as the tools sent them, one name per connector. All are the table",
        "      `raw.record`; the names make a connector's landing asset the upstream of its models.",
        "    schema: raw",
        "    tables:",
    ]
    for name in types:
        lines += [
            f"      - name: {name}",
            "        identifier: record",
            f"        config: {{meta: {{dagster: {{asset_key: [landing, {name}]}}}}}}",
        ]
    return "\n".join(lines) + "\n"


def list_macros(*, issues_of: list[str], changes_of: list[str]) -> str:
    """Macros that return the connector types with a staging model of issues, and of changes."""
    return f"""{{% macro types_with_issues() -%}}
    {{{{ return({json.dumps(issues_of)}) }}}}
{{%- endmacro %}}


{{% macro types_with_changes() -%}}
    {{{{ return({json.dumps(changes_of)}) }}}}
{{%- endmacro %}}
"""
