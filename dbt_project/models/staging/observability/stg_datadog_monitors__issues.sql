{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('datadog_monitors', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('name') }} and {{ has_value('overall_state') }}) then 'monitor'
            when ({{ has_value('transition') }} or {{ has_value('alert_transition') }} or {{ has_value('alert_type') }} or {{ has_value('alertTransition') }}) then 'webhook'
            when ({{ has_value('name') }} and {{ has_value('status') }} and {{ has_value('query') }}) then 'monitor of a search'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('datadog_monitors') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'monitor' then {{ text_at('name') }} when 'webhook' then coalesce({{ text_at('title') }}, {{ text_at('alert_title') }}, {{ text_at('event_title') }}, {{ text_at('alertTitle') }}, {{ text_at('message') }}) when 'monitor of a search' then {{ text_at('name') }} end as title,
    case variant when 'monitor' then {{ text_at('message') }} when 'webhook' then coalesce({{ text_at('body') }}, {{ text_at('text_only_msg') }}, {{ text_at('event_msg') }}, {{ text_at('msg') }}, {{ text_at('message') }}) end as body,
    case variant when 'monitor' then coalesce({{ text_at('priority') }}, {{ tag_at('tags', 'severity|priority') }}) when 'webhook' then coalesce({{ text_at('priority') }}, {{ text_at('alert_priority') }}, {{ text_at('severity') }}, {{ tag_at('tags', 'severity|priority') }}, {{ text_at('alert_type') }}) when 'monitor of a search' then coalesce({{ text_at('priority') }}, {{ tag_at('tags', 'severity|priority') }}) end as severity_value,
    case variant when 'monitor' then {{ text_at('overall_state') }} when 'webhook' then coalesce({{ text_at('transition') }}, {{ text_at('alert_transition') }}, {{ text_at('alertTransition') }}, {{ text_at('alert_status') }}) when 'monitor of a search' then {{ text_at('status') }} end as status_value,
    case variant when 'monitor' then coalesce({{ tag_at('tags', 'service|app|application') }}, nullif(substring({{ text_at('query') }} from 'service:([A-Za-z0-9_./-]+)'), '')) when 'webhook' then coalesce({{ tag_at('tags', 'service|app|application') }}, {{ text_at('service') }}, {{ text_at('hostname') }}, {{ text_at('alert_scope') }}) when 'monitor of a search' then coalesce({{ tag_at('tags', 'service|app|application') }}, nullif(substring({{ text_at('query') }} from 'service:([A-Za-z0-9_./-]+)'), '')) end as service,
    case variant when 'monitor' then {{ text_at('type') }} when 'webhook' then coalesce({{ text_at('alert_metric') }}, {{ text_at('metric') }}, {{ text_at('event_type') }}) when 'monitor of a search' then coalesce({{ text_at('type') }}, {{ text_at('classification') }}) end as error_type,
    case variant when 'monitor' then {{ tag_at('tags', 'team|owner') }} when 'webhook' then {{ tag_at('tags', 'team|owner') }} when 'monitor of a search' then {{ tag_at('tags', 'team|owner') }} end as team,
    case variant when 'monitor' then coalesce({{ tag_at('tags', 'env|environment') }}, nullif(substring({{ text_at('query') }} from 'env:([A-Za-z0-9_./-]+)'), '')) when 'webhook' then coalesce({{ tag_at('tags', 'env|environment') }}, {{ tag_at('alert_scope', 'env|environment') }}) when 'monitor of a search' then coalesce({{ tag_at('tags', 'env|environment') }}, nullif(substring({{ text_at('query') }} from 'env:([A-Za-z0-9_./-]+)'), '')) end as environment,
    case variant when 'monitor' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/monitors/' || {{ text_at('id') }}) when 'webhook' then coalesce({{ text_at('link') }}, {{ text_at('url') }}) when 'monitor of a search' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/monitors/' || {{ text_at('id') }}) end as external_url,
    case variant when 'monitor' then coalesce({{ instant_at('overall_state_modified') }}, {{ instant_at('created') }}) when 'webhook' then coalesce(coalesce({{ milliseconds_at('date') }}, {{ milliseconds_at('date_posix') }}), {{ instant_at('date') }}) when 'monitor of a search' then {{ seconds_at('last_triggered_ts') }} end as source_created_at,
    case variant when 'monitor' then coalesce({{ instant_at('overall_state_modified') }}, {{ instant_at('modified') }}) when 'webhook' then coalesce(coalesce({{ milliseconds_at('last_updated') }}, {{ milliseconds_at('date') }}), {{ instant_at('date') }}) end as resolved_at,
    case variant when 'monitor' then jsonb_strip_nulls(jsonb_build_object('query', {{ value_at('query') }}, 'creator', {{ value_at('creator.email') }}, 'tags', {{ value_at('tags') }})) when 'webhook' then jsonb_strip_nulls(jsonb_build_object('monitor', coalesce(nullif({{ value_at('alert_id') }}, 'null'), nullif({{ value_at('monitor_id') }}, 'null')), 'scope', coalesce(nullif({{ value_at('alert_scope') }}, 'null'), nullif({{ value_at('scopes') }}, 'null')), 'tags', {{ value_at('tags') }})) when 'monitor of a search' then jsonb_strip_nulls(jsonb_build_object('query', {{ value_at('query') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
