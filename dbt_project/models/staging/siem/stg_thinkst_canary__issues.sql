{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('thinkst_canary', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('description.description') }} then 'incident'
            when ({{ has_value('IncidentKey') }} or {{ has_value('IncidentHash') }} or {{ has_value('AlertType') }}) then 'incident of the webhook'
        end as variant
    from records

)

select
    {{ record_columns('thinkst_canary') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('description.description') }}, {{ text_at('summary') }}) when 'incident of the webhook' then coalesce({{ text_at('Description') }}, {{ text_at('Intro') }}, {{ text_at('AlertType') }}) end as title,
    case variant when 'incident' then nullif(concat_ws(' · ', {{ text_at('summary') }}, {{ text_at('description.src_host') }}, {{ text_at('description.dst_host') }}), '') when 'incident of the webhook' then coalesce({{ text_at('Intro') }}, {{ text_at('Reminder') }}) end as body,
    case variant when 'incident' then 'incident' when 'incident of the webhook' then 'incident' end as severity_value,
    case variant when 'incident' then case when coalesce(lower({{ text_at('description.acknowledged') }}) in ('true'), false) then 'acknowledged' else 'unacknowledged' end when 'incident of the webhook' then 'unacknowledged' end as status_value,
    case variant when 'incident' then {{ text_at('description.name') }} when 'incident of the webhook' then coalesce({{ text_at('CanaryName') }}, {{ text_at('Memo') }}, {{ text_at('CanaryIP') }}) end as service,
    case variant when 'incident' then coalesce({{ text_at('description.logtype') }}, {{ text_at('description.description') }}) when 'incident of the webhook' then coalesce({{ text_at('Description') }}, {{ text_at('AlertType') }}, {{ text_at('Triggered') }}) end as error_type,
    case variant when 'incident' then {{ text_at('description.flock_name') }} when 'incident of the webhook' then coalesce({{ text_at('FlockName') }}, {{ text_at('Flock') }}) end as team,
    null::text as environment,
    case variant when 'incident of the webhook' then coalesce({{ text_at('IncidentUrl') }}, {{ text_at('ConsoleUrl') }}) end as external_url,
    case variant when 'incident' then {{ seconds_at('description.created') }} end as source_created_at,
    case variant when 'incident' then {{ seconds_at('updated_time') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('source_host', {{ value_at('description.src_host') }}, 'target_host', {{ value_at('description.dst_host') }}, 'node', {{ value_at('description.node_id') }}, 'events', {{ value_at('description.events_count') }})) when 'incident of the webhook' then jsonb_strip_nulls(jsonb_build_object('source_host', {{ value_at('SourceIP') }}, 'node', {{ value_at('CanaryID') }}, 'location', {{ value_at('CanaryLocation') }})) else '{}'::jsonb end as attributes
from variants
