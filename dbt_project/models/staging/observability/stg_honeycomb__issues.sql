{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('honeycomb', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('triggered') }} and {{ has_value('slo') }}) then 'burn alert'
            when ({{ has_value('triggered') }} and {{ has_value('name') }}) then 'trigger'
            when (({{ has_value('status') }} or {{ has_value('isTest') }} or {{ has_value('summary') }}) and ({{ has_value('result_url') }} or {{ has_value('trigger_url') }} or {{ has_value('id') }})) then 'webhook'
        end as variant
    from records

)

select
    {{ record_columns('honeycomb') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'burn alert' then coalesce((coalesce({{ text_at('slo.name') }}, ('SLO ' || {{ text_at('slo.id') }})) || ': ' || {{ text_at('alert_type') }}), {{ text_at('description') }}) when 'trigger' then {{ text_at('name') }} when 'webhook' then coalesce({{ text_at('name') }}, {{ text_at('trigger_name') }}, {{ text_at('slo.name') }}, {{ text_at('summary') }}) end as title,
    case variant when 'burn alert' then {{ text_at('description') }} when 'trigger' then {{ text_at('description') }} when 'webhook' then coalesce({{ text_at('summary') }}, {{ text_at('trigger_description') }}, {{ text_at('description') }}) end as body,
    case variant when 'trigger' then coalesce({{ tag_at('tags', 'severity|priority') }}, {{ text_at('recipients.0.details.pagerduty_severity') }}) when 'webhook' then coalesce({{ text_at('severity') }}, {{ text_at('alert.severity') }}, {{ text_at('vars.severity') }}) end as severity_value,
    case variant when 'burn alert' then case when coalesce(lower({{ text_at('triggered') }}) in ('true'), false) then 'triggered' else 'ok' end when 'trigger' then case when coalesce(lower({{ text_at('triggered') }}) in ('true'), false) then 'triggered' else 'ok' end when 'webhook' then {{ text_at('status') }} end as status_value,
    case variant when 'burn alert' then coalesce({{ text_at('dataset_slug') }}, {{ text_at('slo.name') }}) when 'trigger' then coalesce({{ text_at('dataset_slug') }}, {{ tag_at('tags', 'service') }}, {{ text_at('dataset') }}) when 'webhook' then coalesce({{ text_at('dataset_slug') }}, {{ text_at('dataset') }}, {{ text_at('vars.service') }}, {{ text_at('slo.dataset') }}) end as service,
    case variant when 'burn alert' then {{ text_at('alert_type') }} when 'trigger' then {{ text_at('alert_type') }} when 'webhook' then coalesce({{ text_at('alert.type') }}, {{ text_at('operator') }}) end as error_type,
    case variant when 'trigger' then {{ tag_at('tags', 'team|owner') }} when 'webhook' then {{ text_at('vars.team') }} end as team,
    case variant when 'trigger' then coalesce({{ text_at('environment') }}, {{ tag_at('tags', 'environment|env') }}) when 'webhook' then coalesce({{ text_at('environment') }}, {{ text_at('environment_slug') }}) end as environment,
    case variant when 'webhook' then coalesce({{ text_at('result_url') }}, {{ text_at('trigger_url') }}, {{ text_at('slo.url') }}) end as external_url,
    case variant when 'burn alert' then coalesce({{ instant_at('updated_at') }}, {{ instant_at('created_at') }}) when 'trigger' then coalesce({{ instant_at('updated_at') }}, {{ instant_at('created_at') }}) when 'webhook' then coalesce({{ instant_at('timestamp') }}, {{ instant_at('alert.timestamp') }}) end as source_created_at,
    case variant when 'burn alert' then {{ instant_at('updated_at') }} when 'trigger' then {{ instant_at('updated_at') }} when 'webhook' then coalesce({{ instant_at('timestamp') }}, {{ instant_at('alert.timestamp') }}) end as resolved_at,
    case variant when 'burn alert' then jsonb_strip_nulls(jsonb_build_object('slo', {{ value_at('slo.id') }}, 'exhaustion_minutes', {{ value_at('exhaustion_minutes') }})) when 'trigger' then jsonb_strip_nulls(jsonb_build_object('threshold', {{ value_at('threshold.value') }}, 'query', {{ value_at('query_id') }})) when 'webhook' then jsonb_strip_nulls(jsonb_build_object('threshold', {{ value_at('threshold') }}, 'groups', {{ value_at('result_groups_triggered') }})) else '{}'::jsonb end as attributes
from variants
