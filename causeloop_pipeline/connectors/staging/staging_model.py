"""Writes the dbt staging models of a tool from its mappings.

The models are files of the repository, so that an operator reads plain SQL; `causeloop connectors generate`
writes them and a test holds them against the declarations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from causeloop_pipeline.connectors.mapping.expression_sql import (
    call_at,
    quote,
    quote_path,
    render,
    render_condition,
    render_time,
)
from causeloop_pipeline.connectors.mapping.expressions import Pluck, Source
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping

NOTICE = "-- Generated from connectors/tools by `causeloop connectors generate`."
COLUMNS = {"severity": "severity_value", "status": "status_value"}
"""Fields whose column has another name: it holds the tool's own word."""
CLAIMED = "p.run_id = nullif(current_setting('causeloop.run', true), '')"
NO_TEXT, NO_TIME, NO_ATTRIBUTES = "null::text", "null::timestamptz", "'{}'::jsonb"

Mappings: TypeAlias = tuple[IssueMapping, ...] | tuple[ChangeMapping, ...]


@dataclass(frozen=True)
class Records:
    """Which records a model reads: those of a tool, or those sent in the product's field names.

    `other_than`: the tools whose records another model reads.
    """

    tool: str | None
    shape: str
    other_than: Sequence[str] = ()

    @property
    def selected(self) -> str:
        """The SQL that selects all versions of each record of which the run has claimed a new one.

        An issue is a function of all versions, so that a rebuild gives the same as syncs in any order.
        `offset 0` keeps each lookup one of an index: of a young table the planner knows nothing, and would
        compare each claimed record with every stored one.
        """
        table = self.tool or "custom_api"
        return f"""
    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{{{ source('raw', 'pending_record') }}}} as p
        cross join lateral (
            select r.external_id
            from {{{{ source('raw', 'record') }}}} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where {" and ".join([CLAIMED, *self._limit_source("p")])}
    ) as changed
    cross join lateral (
        select r.*
        from {{{{ source('landing', {quote(table)}) }}}} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where {" and ".join([*self._limit_source("r"), self.shape])}""".strip()

    def _limit_source(self, table: str) -> list[str]:
        """The condition that a row is of the tool, or of none that another model reads."""
        if self.tool:
            return [f"{table}.source = {quote(self.tool)}"]
        others = ", ".join(map(quote, self.other_than))
        return [f"{table}.source not in ({others})"] if others else []

    @property
    def source(self) -> str:
        """The column `source`; a literal lets the planner skip the model of another tool."""
        return f"{quote(self.tool)}::text as source" if self.tool else "source"


def issue_model(records: Records, mappings: tuple[IssueMapping, ...], defaults: Mapping[str, str]) -> str:
    """The SQL of `stg_<tool>__issues`; `defaults` are the configuration's."""
    return _model(
        records,
        mappings,
        [_text_column(name, mappings, defaults) for name in mappings[0].texts]
        + [_time_column(name, mappings) for name in mappings[0].times]
        + [_attributes_column(mappings, defaults)],
    )


def change_model(records: Records, mappings: tuple[ChangeMapping, ...], defaults: Mapping[str, str]) -> str:
    """The SQL of `stg_<tool>__changes`."""
    columns = [_text_column(name, mappings, defaults) for name in mappings[0].texts]
    return _model(records, mappings, columns + [_time_column(name, mappings) for name in mappings[0].times])


def _model(records: Records, mappings: Mappings, columns: list[str]) -> str:
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

    {records.selected}

),

variants as (

    select
        {selected},
        {_variant_column(mappings)} as variant
    from records{connector}

)

select
    workspace_id,
    record_id,
    {records.source},
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
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
    sources = {mapping.name: _attributes_of(mapping, defaults) for mapping in mappings}
    return f"{_by_variant(sources, NO_ATTRIBUTES)} as attributes"


def _attributes_of(mapping: IssueMapping, defaults: Mapping[str, str]) -> str:
    pairs = [f"{quote(key)}, {_attribute(source, defaults)}" for key, source in mapping.attributes.items()]
    named = f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))" if pairs else NO_ATTRIBUTES
    if mapping.attributes_from is None:
        return named
    whole = call_at("object_at", mapping.attributes_from)
    return whole if not pairs else f"{whole} || {named}"


def _attribute(source: Source, defaults: Mapping[str, str]) -> str:
    if isinstance(source, str):
        return _value_at(source)
    if isinstance(source, Pluck):
        return call_at("pluck_at", source.path, quote(source.key))
    if isinstance(source, tuple) and all(isinstance(path, str) for path in source):
        values = (f"nullif({_value_at(str(path))}, 'null')" for path in source)
        return f"coalesce({', '.join(values)})"
    return render(source, defaults)


def _value_at(path: str) -> str:
    return f"payload #> {quote_path(path)}"


def _by_variant(sources: Mapping[str, str], nothing: str) -> str:
    if all(sql == nothing for sql in sources.values()):
        return nothing
    branches = [f"when {quote(name)} then {sql}" for name, sql in sources.items() if sql != nothing]
    if nothing == NO_ATTRIBUTES:
        branches.append(f"else {NO_ATTRIBUTES}")
    if len(branches) == 1:
        return f"case variant {branches[0]} end"
    return "\n        ".join(["case variant", *branches]) + "\n    end"
