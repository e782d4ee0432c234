{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sumo_logic', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('item.id') }} and {{ has_value('item.name') }}) then 'monitor'
            when ({{ has_value('_messageid') }} and {{ has_value('_raw') }}) then 'message of a search'
            when (({{ has_value('trigger_type') }} or {{ has_value('triggerType') }} or {{ has_value('TriggerType') }} or {{ has_value('status') }}) and ({{ has_value('name') }} or {{ has_value('Name') }} or {{ has_value('monitor_name') }})) then 'webhook'
        end as variant
    from records

)

select
    {{ record_columns('sumo_logic') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'monitor' then {{ text_at('item.name') }} when 'message of a search' then {{ text_at('_raw') }} when 'webhook' then coalesce({{ text_at('name') }}, {{ text_at('Name') }}, {{ text_at('monitor_name') }}) end as title,
    case variant when 'monitor' then {{ text_at('item.description') }} when 'webhook' then coalesce({{ text_at('description') }}, {{ text_at('Description') }}, {{ text_at('trigger_condition') }}, {{ text_at('triggerCondition') }}) end as body,
    case variant when 'monitor' then {{ text_at('item.status.0') }} when 'webhook' then coalesce({{ text_at('severity') }}, {{ text_at('trigger_type') }}, {{ text_at('triggerType') }}, {{ text_at('TriggerType') }}) end as severity_value,
    case variant when 'monitor' then {{ text_at('item.status.0') }} when 'webhook' then coalesce({{ text_at('status') }}, {{ text_at('trigger_type') }}, {{ text_at('triggerType') }}, {{ text_at('TriggerType') }}) end as status_value,
    case variant when 'monitor' then coalesce({{ tag_at('item.tags', 'service|app') }}, {{ text_at('path') }}) when 'message of a search' then coalesce({{ text_at('_sourcecategory') }}, {{ text_at('_sourceCategory') }}, {{ text_at('_collector') }}) when 'webhook' then coalesce({{ text_at('service') }}, {{ text_at('source_host') }}, {{ text_at('SourceURL') }}, {{ text_at('collector') }}) end as service,
    case variant when 'monitor' then coalesce({{ text_at('item.monitorType') }}, {{ text_at('item.contentType') }}) when 'webhook' then coalesce({{ text_at('detection_method') }}, {{ text_at('detectionMethod') }}, {{ text_at('monitor_type') }}, {{ text_at('monitorType') }}) end as error_type,
    case variant when 'monitor' then {{ tag_at('item.tags', 'team|owner') }} when 'webhook' then {{ text_at('team') }} end as team,
    case variant when 'monitor' then {{ tag_at('item.tags', 'environment|env') }} when 'message of a search' then {{ text_at('_collector') }} when 'webhook' then {{ text_at('environment') }} end as environment,
    case variant when 'webhook' then coalesce({{ text_at('alert_url') }}, {{ text_at('alertResponseUrl') }}, {{ text_at('AlertResponseUrl') }}, {{ text_at('query_url') }}, {{ text_at('queryURL') }}, {{ text_at('QueryUrl') }}) end as external_url,
    case variant when 'monitor' then {{ instant_at('item.createdAt') }} when 'message of a search' then coalesce(coalesce({{ instant_at('_messagetime') }}, {{ instant_at('_receipttime') }}), coalesce({{ milliseconds_at('_messagetime') }}, {{ milliseconds_at('_receipttime') }})) when 'webhook' then coalesce(coalesce({{ instant_at('trigger_time') }}, {{ instant_at('triggerTimeStart') }}, {{ instant_at('TriggerTimeStart') }}, {{ instant_at('timestamp') }}), coalesce({{ milliseconds_at('trigger_time') }}, {{ milliseconds_at('triggerTimeStart') }}, {{ milliseconds_at('TriggerTimeStart') }}, {{ milliseconds_at('timestamp') }})) end as source_created_at,
    case variant when 'monitor' then {{ instant_at('item.modifiedAt') }} when 'webhook' then coalesce(coalesce({{ instant_at('trigger_time') }}, {{ instant_at('triggerTimeStart') }}, {{ instant_at('TriggerTimeStart') }}, {{ instant_at('timestamp') }}), coalesce({{ milliseconds_at('trigger_time') }}, {{ milliseconds_at('triggerTimeStart') }}, {{ milliseconds_at('TriggerTimeStart') }}, {{ milliseconds_at('timestamp') }})) end as resolved_at,
    case variant when 'monitor' then jsonb_strip_nulls(jsonb_build_object('path', {{ value_at('path') }})) when 'message of a search' then jsonb_strip_nulls(jsonb_build_object('host', {{ value_at('_sourcehost') }}, 'source', {{ value_at('_sourcename') }})) when 'webhook' then jsonb_strip_nulls(jsonb_build_object('value', coalesce(nullif({{ value_at('trigger_value') }}, 'null'), nullif({{ value_at('triggerValue') }}, 'null')), 'query', coalesce(nullif({{ value_at('query') }}, 'null'), nullif({{ value_at('Query') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
