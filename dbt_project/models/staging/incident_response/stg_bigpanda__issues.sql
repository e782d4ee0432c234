{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bigpanda', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('status') }} and ({{ has_value('alerts') }} or {{ has_value('correlation_matchers_log') }} or {{ has_value('active') }} or {{ has_value('title') }}) and ({{ has_value('started_at') }} or {{ has_value('start') }} or {{ has_value('updated_at') }} or {{ has_value('changed_at') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('bigpanda') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('title') }}, {{ text_at('alerts.0.condition_name') }}, {{ text_at('alerts.0.tags.check') }}, {{ tag_at('incident_tags', 'check|alertname') }}, {{ tag_at('tags', 'check|alertname') }}, {{ tag_at('alerts.0.tags', 'check|alertname') }}, {{ text_at('alerts.0.description') }}, {{ text_at('subtitle') }}) end as title,
    case variant when 'incident' then coalesce(nullif({{ text_at('subtitle') }}, {{ text_at('title') }}), {{ text_at('description') }}, {{ text_at('alerts.0.description') }}, {{ text_at('alerts.0.condition_name') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('severity') }}, {{ text_at('priority') }}) end as severity_value,
    case variant when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then coalesce({{ tag_at('incident_tags', 'service|application|app') }}, {{ tag_at('tags', 'service|application|app') }}, {{ tag_at('alerts.0.tags', 'service|application|app') }}, {{ text_at('alerts.0.primary_property') }}, {{ tag_at('incident_tags', 'host') }}, {{ tag_at('tags', 'host') }}, {{ tag_at('alerts.0.tags', 'host') }}) end as service,
    case variant when 'incident' then coalesce({{ tag_at('incident_tags', 'check|alertname') }}, {{ tag_at('tags', 'check|alertname') }}, {{ tag_at('alerts.0.tags', 'check|alertname') }}) end as error_type,
    case variant when 'incident' then coalesce({{ text_at('assignee.name') }}, {{ tag_at('incident_tags', 'team|owner|support_group') }}, {{ tag_at('tags', 'team|owner|support_group') }}, {{ tag_at('alerts.0.tags', 'team|owner|support_group') }}) end as team,
    case variant when 'incident' then coalesce({{ text_at('environment.name') }}, {{ tag_at('incident_tags', 'env|environment') }}, {{ tag_at('tags', 'env|environment') }}, {{ tag_at('alerts.0.tags', 'env|environment') }}, {{ text_at('environments.0.name') }}, {{ text_at('environments.0') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('incident_url') }}, {{ text_at('url') }}, {{ text_at('links.details') }}, {{ text_at('preview_url') }}) end as external_url,
    case variant when 'incident' then coalesce({{ seconds_at('started_at') }}, {{ instant_at('started_at') }}, {{ seconds_at('start') }}, {{ instant_at('start') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ seconds_at('ended_at') }}, {{ instant_at('ended_at') }}, {{ seconds_at('end') }}, {{ instant_at('end') }}, {{ seconds_at('updated_at') }}, {{ instant_at('updated_at') }}, {{ seconds_at('changed_at') }}, {{ instant_at('changed_at') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('alerts', {{ value_at('active_alerts') }}, 'folders', {{ value_at('folders') }}, 'sources', {{ value_at('source_systems') }})) else '{}'::jsonb end as attributes
from variants
