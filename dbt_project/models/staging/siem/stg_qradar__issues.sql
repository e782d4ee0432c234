{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('qradar', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('id') }} and {{ has_value('description') }} and ({{ has_value('magnitude') }} or {{ has_value('offense_type') }} or {{ has_value('severity') }})) then 'offense'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('qradar') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'offense' then {{ text_at('description') }} end as title,
    case variant when 'offense' then {{ text_at('offense_source') }} end as body,
    case variant when 'offense' then case when case when coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}))::numeric end >= 8 then 'critical' when case when coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}))::numeric end >= 6 then 'high' when case when coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}))::numeric end >= 4 then 'medium' when case when coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('magnitude') }}, {{ text_at('severity') }}))::numeric end >= 0 then 'low' end end as severity_value,
    case variant when 'offense' then {{ text_at('status') }} end as status_value,
    case variant when 'offense' then coalesce({{ text_at('log_sources.0.name') }}, {{ text_at('offense_source') }}) end as service,
    case variant when 'offense' then coalesce({{ text_at('categories.0') }}, {{ text_at('offense_type_str') }}, {{ text_at('offense_type') }}) end as error_type,
    case variant when 'offense' then {{ text_at('assigned_to') }} end as team,
    null::text as environment,
    case variant when 'offense' then (nullif(config ->> 'base_url', '') || '/console/do/sem/offensesummary?summaryId=' || {{ text_at('id') }}) end as external_url,
    case variant when 'offense' then {{ milliseconds_at('start_time') }} end as source_created_at,
    case variant when 'offense' then coalesce({{ milliseconds_at('close_time') }}, {{ milliseconds_at('last_persisted_time') }}, {{ milliseconds_at('last_updated_time') }}) end as resolved_at,
    case variant when 'offense' then jsonb_strip_nulls(jsonb_build_object('categories', {{ value_at('categories') }}, 'credibility', {{ value_at('credibility') }}, 'relevance', {{ value_at('relevance') }}, 'events', {{ value_at('event_count') }}, 'rules', {{ value_at('rules') }})) else '{}'::jsonb end as attributes
from variants
