{# The layers between staging and the issues, as SQL over a query: `int_issues__*` are views of them over all types; a
   run writes them over the types that it has records of, so that it does not pay for the others. #}
{% macro selected_types(types) -%}
    {%- if var('sources') -%}
        {{ return(types | select('in', var('sources')) | list + ['ingested']) }}
    {%- else -%}
        {{ return(types + ['ingested']) }}
    {%- endif -%}
{%- endmacro %}


{# The versions of all records of some types, in the same columns; `subject` is issues or changes. #}
{% macro union_versions(types, subject) -%}
    {% for type in types -%}
    select * from {{ ref('stg_' ~ type ~ '__' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}


{# The newest version of each record that a run looks at: the view, or the same over the types that the run has records
   of. While the project is parsed nothing is known of a run, so that every type is named then. #}
{% macro newest_versions() -%}
    {%- set newest = 'select * from ' ~ ref('int_issues__newest') -%}
    {%- if var('sources') or not execute -%}
        {%- set newest = newest_issues(map_issues(union_versions(selected_types(types_with_issues()), 'issues'))) -%}
    {%- endif -%}
    {{ newest }}
{%- endmacro %}


{# An earlier time is the default value of a programming language. #}
{% macro min_instant() -%} timestamptz '1990-01-01 00:00:00+00' {%- endmacro %}


{# Whether no record of a tool can have a time. An end that lies before 1990 stands for "not yet". #}
{% macro is_impossible(time) -%}
    ({{ time ~ ' < ' ~ min_instant() ~ ' or ' if time != 'resolved_at' }}{{ time }} > now() + interval '730 days')
{%- endmacro %}


{# An address that a browser may open: of any other kind, such as javascript:, there is none. #}
{% macro web_address(text) -%}
    case when {{ text }} ~* '^https?://\S' then {{ text }} end
{%- endmacro %}


{# Why a version cannot be an issue or a change; null where it can. #}
{% macro unmappable_reason(changes=false) -%}
    case
        when variant is null then 'no known variant of a ' || source || ' ' || kind || ' has the keys ' || coalesce(payload_keys, '')
        {%- if not changes %}
        when title is null then 'no title where a ' || source || ' ' || kind || ' has one'
        {%- endif %}
        {%- for time in (['changed_at', 'source_updated_at'] if changes else ['source_created_at', 'source_updated_at', 'resolved_at']) %}
        when {{ is_impossible(time) }}
            then '{{ time }}: ' || to_char({{ time }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' lies before 1990 or more than two years ahead in a ' || source || ' ' || kind
        {%- endfor %}
    end
{%- endmacro %}


{# Every version with the product's values. Vendors' values are looked up in one JSON object a map: the cost does not
   depend on the planner's statistics. #}
{% macro map_issues(versions) -%}
with value_maps as materialized (

    select jsonb_object_agg(source || ' ' || field || ' ' || vendor_value, value) as map
    from {{ ref('value_map') }}

),

overrides as materialized (

    select
        workspace_id,
        jsonb_object_agg(source || ' ' || field || ' ' || lower(vendor_value), value) as map
    from {{ source('core', 'value_override') }}
    where {{ is_valid_value('field', 'value') }}
    group by workspace_id

),

mapped_values as (

    select
        versions.*,
        {{ map_value('severity') }} as severity,
        {{ map_value('status') }} as status
    from ({{ versions }}) as versions
    cross join value_maps
    left join overrides on overrides.workspace_id = versions.workspace_id

),

mapped as (

    select
        workspace_id,
        core.issue_id(workspace_id, source, external_id) as issue_id,
        record_id,
        source,
        external_id,
        connector_id,
        kind = 'event' as is_partial_update,
        received_at,
        left(title, 300) as title,
        body,
        severity_value,
        coalesce(severity, 'p3') as severity,
        status_value,
        coalesce(status, 'open') as status,
        service,
        error_type,
        team,
        environment,
        {{ web_address('external_url') }} as external_url,
        source_created_at,
        source_updated_at,
        case when resolved_at >= {{ min_instant() }} then resolved_at end as resolved_at,
        attributes || jsonb_strip_nulls(jsonb_build_object(
            'unmapped_severity', case when severity is null then severity_value end,
            'unmapped_status', case when status is null then status_value end
        )) as attributes,
        {{ unmappable_reason() }} as unmappable_reason
    from mapped_values

)

select * from mapped
{%- endmacro %}


{# The newest version of each record. A partial update (kind `event`) has only some fields: the others are those of the
   newest full record, and so is its title where it is no more than the id. #}
{% macro newest_issues(mapped) -%}
with versions as (

    select
        *,
        row_number() over by_age as age_rank,
        not first_value(is_partial_update) over records_first as has_full_record,
        {%- for field in [
            'connector_id', 'title', 'body', 'service', 'error_type', 'team', 'environment', 'external_url',
            'severity', 'status', 'source_created_at', 'attributes'
        ] %}
        first_value({{ field }}) over records_first as record_{{ field }},
        {%- endfor %}
        min(received_at) over same_issue as ingested_at,
        min(coalesce(source_created_at, source_updated_at)) over same_issue as first_seen_at
    from ({{ mapped }}) as mapped
    where unmappable_reason is null
    window
        same_issue as (partition by workspace_id, source, issue_id),
        by_age as (same_issue order by source_updated_at desc, received_at desc, record_id desc),
        records_first as (same_issue order by is_partial_update, source_updated_at desc, received_at desc, record_id desc)

),

newest as (

    select
        workspace_id,
        issue_id,
        source,
        external_id,
        case when is_partial_update and has_full_record and title = left(external_id, 300) then record_title else title end as title,
        {%- for field in ['connector_id', 'body', 'service', 'error_type', 'team', 'environment', 'external_url'] %}
        coalesce({{ field }}, case when is_partial_update and has_full_record then record_{{ field }} end) as {{ field }},
        {%- endfor %}
        {%- for field in ['severity', 'status'] %}
        case when {{ field }}_value is null and is_partial_update and has_full_record then record_{{ field }} else {{ field }} end as {{ field }},
        {%- endfor %}
        coalesce(source_created_at, record_source_created_at, first_seen_at) as source_created_at,
        source_updated_at,
        resolved_at,
        ingested_at,
        case when is_partial_update and has_full_record then record_attributes else '{}' end || attributes as attributes
    from versions
    where age_rank = 1

)

select
    {%- for field in newest_columns() %}
    {% if field == 'resolved_at' %}case when status in ('resolved', 'closed') then resolved_at end as {% endif %}{{ field }}{{ ',' if not loop.last }}
    {%- endfor %}
from newest
{%- endmacro %}


{% macro newest_columns() -%}
    {{ return([
        'workspace_id', 'issue_id', 'source', 'external_id', 'connector_id', 'title', 'body', 'service', 'error_type', 'team',
        'environment', 'external_url', 'severity', 'status', 'source_created_at', 'source_updated_at', 'resolved_at',
        'ingested_at', 'attributes'
    ]) }}
{%- endmacro %}
