"""Writes the dbt staging models of a tool from its mappings.

The models are files of the repository, so that an operator reads plain SQL; `causeloop connectors generate`
writes them and a test holds them against the declarations.
"""

from collections.abc import Mapping
from typing import TypeAlias

from causeloop_pipeline.connectors.mapping.expression_sql import (
    call_macro,
    quote,
    render,
    render_condition,
    render_time,
)
from causeloop_pipeline.connectors.mapping.expressions import Source
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping

NOTICE = "{# Generated from connectors/tools by `causeloop connectors generate`. -#}"
COLUMNS = {"severity": "severity_value", "status": "status_value"}
"""Fields whose column has another name: it holds the tool's own word."""
NO_TEXT, NO_TIME, NO_ATTRIBUTES = "null::text", "null::timestamptz", "'{}'::jsonb"

Mappings: TypeAlias = tuple[IssueMapping, ...] | tuple[ChangeMapping, ...]


def issue_model(tool: str, mappings: tuple[IssueMapping, ...], defaults: Mapping[str, str]) -> str:
    """The SQL of `stg_<tool>__issues`; `defaults` are the configuration's."""
    return _model(
        tool,
        mappings,
        [_text_column(name, mappings, defaults) for name in mappings[0].texts]
        + [_time_column(name, mappings) for name in mappings[0].times]
        + [_attributes_column(mappings, defaults)],
        "",
    )


def change_model(tool: str, mappings: tuple[ChangeMapping, ...], defaults: Mapping[str, str]) -> str:
    """The SQL of `stg_<tool>__changes`."""
    columns = [_text_column(name, mappings, defaults) for name in mappings[0].texts]
    columns += [_time_column(name, mappings) for name in mappings[0].times]
    return _model(tool, mappings, columns, """, shape="kind = 'change'\"""")


def _model(tool: str, mappings: Mappings, columns: list[str], schema: str) -> str:
    joined = _uses_config(columns)
    connector = (
        "\n    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)"
        if joined
        else ""
    )
    selected = "records.*, connector.config" if joined else "*"
    body = ",\n    ".join(columns)
    return f"""{NOTICE}
with records as (

    {{{{ records_to_process('{tool}'{schema}) }}}}

),

variants as (

    select
        {selected},
        {_variant_column(mappings)} as variant
    from records{connector}

)

select
    {{{{ record_columns('{tool}') }}}},
    {body}
from variants
"""


def _uses_config(columns: list[str]) -> bool:
    return any("config ->>" in column for column in columns)


def _variant_column(mappings: Mappings) -> str:
    branches = [
        f"when {render_condition(mapping.when, {}) if mapping.when else 'true'} then {quote(mapping.name)}"
        for mapping in mappings
    ]
    return "case\n            " + "\n            ".join(branches) + "\n        end"


def _text_column(name: str, mappings: Mappings, defaults: Mapping[str, str]) -> str:
    sources = {mapping.name: render(mapping.texts[name], defaults) for mapping in mappings}
    return f"{_by_variant(sources, NO_TEXT)} as {COLUMNS.get(name, name)}"


def _time_column(name: str, mappings: Mappings) -> str:
    sources = {mapping.name: render_time(mapping.times[name]) for mapping in mappings}
    return f"{_by_variant(sources, NO_TIME)} as {name}"


def _attributes_column(mappings: tuple[IssueMapping, ...], defaults: Mapping[str, str]) -> str:
    sources = {}
    for mapping in mappings:
        pairs = [
            f"{quote(key)}, {_attribute(source, defaults)}" for key, source in mapping.attributes.items()
        ]
        sources[mapping.name] = (
            f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))" if pairs else NO_ATTRIBUTES
        )
    return f"{_by_variant(sources, NO_ATTRIBUTES)} as attributes"


def _attribute(source: Source, defaults: Mapping[str, str]) -> str:
    if isinstance(source, str):
        return call_macro("value_at", source)
    if isinstance(source, tuple) and all(isinstance(path, str) for path in source):
        values = (f"nullif({call_macro('value_at', str(path))}, 'null')" for path in source)
        return f"coalesce({', '.join(values)})"
    return render(source, defaults)


def _by_variant(sources: Mapping[str, str], nothing: str) -> str:
    if all(sql == nothing for sql in sources.values()):
        return nothing
    branches = [f"when {quote(name)} then {sql}" for name, sql in sources.items() if sql != nothing]
    otherwise = f" else {NO_ATTRIBUTES}" if nothing == NO_ATTRIBUTES else ""
    return f"case variant {' '.join(branches)}{otherwise} end"
