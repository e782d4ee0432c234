{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('logicmonitor', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alertid') }} and {{ has_value('alertstatus') }}) then 'delivery'
            when ({{ has_value('internalId') }} and {{ has_value('startEpoch') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('logicmonitor') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'delivery' then coalesce(nullif(concat_ws(' · ', coalesce({{ text_at('datasource') }}, {{ text_at('eventsource') }}, {{ text_at('batchjob') }}), {{ text_at('datapoint') }}, {{ text_at('host') }}), ''), {{ text_at('message') }}) when 'alert' then nullif(concat_ws(' · ', {{ text_at('resourceTemplateName') }}, {{ text_at('dataPointName') }}, {{ text_at('monitorObjectName') }}), '') end as title,
    case variant when 'delivery' then coalesce({{ text_at('eventmsg') }}, {{ text_at('message') }}, {{ text_at('alertmessage') }}, {{ text_at('dsdesc') }}) when 'alert' then coalesce({{ text_at('detailMessage.body') }}, {{ text_at('detailMessage.subject') }}, {{ text_at('instanceDescription') }}) end as body,
    case variant when 'delivery' then coalesce({{ text_at('level') }}, {{ text_at('severity') }}) when 'alert' then {{ text_at('severity') }} end as severity_value,
    case variant when 'delivery' then {{ text_at('alertstatus') }} when 'alert' then case when coalesce(lower({{ text_at('cleared') }}) in ('true'), false) then 'clear' else case when coalesce(lower({{ text_at('acked') }}) in ('true'), false) then 'ack' else 'active' end end end as status_value,
    case variant when 'delivery' then coalesce({{ text_at('service') }}, {{ text_at('host') }}, {{ text_at('website') }}) when 'alert' then coalesce({{ text_at('monitorObjectName') }}, {{ text_at('instanceName') }}) end as service,
    case variant when 'delivery' then coalesce({{ text_at('datapoint') }}, {{ text_at('alerttype') }}, {{ text_at('datasource') }}) when 'alert' then coalesce({{ text_at('dataPointName') }}, {{ text_at('resourceTemplateName') }}) end as error_type,
    case variant when 'delivery' then coalesce({{ text_at('team') }}, {{ text_at('group') }}) when 'alert' then coalesce({{ text_at('monitorObjectGroups.0.name') }}, {{ text_at('rule') }}) end as team,
    case variant when 'delivery' then coalesce({{ text_at('environment') }}, nullif(substring({{ text_at('group') }} from '(?i)\y(production|prod|staging|stage|development|dev|test)\y'), '')) end as environment,
    case variant when 'delivery' then coalesce({{ text_at('alerturl') }}, {{ text_at('alertdetailurl') }}, {{ text_at('hosturl') }}, {{ text_at('serviceurl') }}) end as external_url,
    case variant when 'delivery' then coalesce(coalesce({{ seconds_at('startepoch') }}, {{ seconds_at('start') }}, {{ seconds_at('date') }}), coalesce({{ instant_at('startepoch') }}, {{ instant_at('start') }}, {{ instant_at('date') }})) when 'alert' then {{ seconds_at('startEpoch') }} end as source_created_at,
    case variant when 'delivery' then coalesce(coalesce({{ seconds_at('endepoch') }}, {{ seconds_at('end') }}, {{ seconds_at('date') }}), coalesce({{ instant_at('endepoch') }}, {{ instant_at('end') }}, {{ instant_at('date') }})) when 'alert' then {{ seconds_at('endEpoch') }} end as resolved_at,
    case variant when 'delivery' then jsonb_strip_nulls(jsonb_build_object('instance', {{ value_at('instance') }}, 'value', {{ value_at('value') }}, 'internal_id', {{ value_at('internalid') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('rule') }}, 'chain', {{ value_at('chain') }}, 'value', {{ value_at('alertValue') }}, 'instance', {{ value_at('instanceName') }})) else '{}'::jsonb end as attributes
from variants
