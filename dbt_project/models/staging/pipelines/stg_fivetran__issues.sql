{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('fivetran', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event') }} and {{ has_value('connector_id') }}) then 'webhook'
            when ({{ has_value('service') }} and {{ has_value('status.sync_state') }}) then 'connection'
            when ({{ has_value('message_event') }} and {{ has_value('time_stamp') }}) then 'log row'
        end as variant
    from records

)

select
    {{ record_columns('fivetran') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce(({{ text_at('connector_type') }} || ' ' || {{ text_at('connector_name') }} || ': ' || {{ text_at('event') }} || ' ' || {{ text_at('data.status') }}), ({{ text_at('connector_id') }} || ': ' || {{ text_at('event') }} || ' ' || {{ text_at('data.status') }}), ({{ text_at('connector_id') }} || ': ' || {{ text_at('event') }})) when 'connection' then ({{ text_at('service') }} || ' ' || {{ text_at('schema') }} || ': sync failed') when 'log row' then ({{ text_at('connection_id') }} || ': ' || {{ text_at('message_event') }}) end as title,
    case variant when 'webhook' then coalesce({{ text_at('data.reason') }}, {{ text_at('data.message') }}) when 'connection' then coalesce({{ text_at('status.tasks.0.message') }}, {{ text_at('status.warnings.0.message') }}) when 'log row' then {{ text_at('message_data') }} end as body,
    case variant when 'webhook' then coalesce({{ text_at('data.status') }}, {{ text_at('event') }}) when 'connection' then case when coalesce(lower({{ text_at('status.setup_state') }}) in ('broken'), false) then 'broken' else 'sync failed' end when 'log row' then {{ text_at('event') }} end as severity_value,
    case variant when 'webhook' then coalesce({{ text_at('data.status') }}, {{ text_at('event') }}) when 'connection' then case when {{ has_value('failed_at') }} then 'failed' else {{ text_at('status.sync_state') }} end when 'log row' then 'failed' end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('connector_name') }}, {{ text_at('connector_id') }}) when 'connection' then coalesce({{ text_at('schema') }}, {{ text_at('id') }}) when 'log row' then {{ text_at('connection_id') }} end as service,
    case variant when 'webhook' then coalesce({{ text_at('data.reason') }}, {{ text_at('event') }}) when 'connection' then coalesce({{ text_at('status.tasks.0.code') }}, {{ text_at('status.setup_state') }}) when 'log row' then {{ text_at('message_event') }} end as error_type,
    case variant when 'webhook' then {{ text_at('destination_group_id') }} when 'connection' then {{ text_at('group_id') }} end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'webhook' then {{ instant_at('created') }} when 'connection' then coalesce({{ instant_at('failed_at') }}, {{ instant_at('succeeded_at') }}, {{ instant_at('created_at') }}) when 'log row' then {{ instant_at('time_stamp') }} end as source_created_at,
    case variant when 'connection' then {{ instant_at('succeeded_at') }} end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('connector', {{ value_at('connector_id') }}, 'sync', {{ value_at('sync_id') }}, 'type', {{ value_at('connector_type') }})) when 'connection' then jsonb_strip_nulls(jsonb_build_object('service', {{ value_at('service') }}, 'setup_state', {{ value_at('status.setup_state') }}, 'update_state', {{ value_at('status.update_state') }})) when 'log row' then jsonb_strip_nulls(jsonb_build_object('sync', {{ value_at('sync_id') }})) else '{}'::jsonb end as attributes
from variants
