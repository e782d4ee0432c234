-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'logicmonitor'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'logicmonitor') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'logicmonitor' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alertid}') and mapping.has_value(payload, '{alertstatus}')) then 'delivery'
            when ((mapping.has_value(payload, '{internalId}') or mapping.has_value(payload, '{monitorObjectName}')) and mapping.has_value(payload, '{startEpoch}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'logicmonitor'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'delivery' then coalesce(nullif(concat_ws(' · ', coalesce(mapping.text_at(payload, '{datasource}'), mapping.text_at(payload, '{eventsource}'), mapping.text_at(payload, '{batchjob}')), mapping.text_at(payload, '{datapoint}'), mapping.text_at(payload, '{host}')), ''), mapping.text_at(payload, '{message}'))
        when 'alert' then nullif(concat_ws(' · ', mapping.text_at(payload, '{resourceTemplateName}'), mapping.text_at(payload, '{dataPointName}'), mapping.text_at(payload, '{monitorObjectName}')), '')
    end as title,
    case variant
        when 'delivery' then coalesce(mapping.text_at(payload, '{eventmsg}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{alertmessage}'), mapping.text_at(payload, '{dsdesc}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{detailMessage,body}'), mapping.text_at(payload, '{detailMessage,subject}'), mapping.text_at(payload, '{instanceDescription}'))
    end as body,
    case variant
        when 'delivery' then coalesce(mapping.text_at(payload, '{level}'), mapping.text_at(payload, '{severity}'))
        when 'alert' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'delivery' then mapping.text_at(payload, '{alertstatus}')
        when 'alert' then case when coalesce(lower(mapping.text_at(payload, '{cleared}')) in ('true'), false) then 'clear' else case when coalesce(lower(mapping.text_at(payload, '{acked}')) in ('true'), false) then 'ack' else 'active' end end
    end as status_value,
    case variant
        when 'delivery' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{host}'), mapping.text_at(payload, '{website}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{monitorObjectName}'), mapping.text_at(payload, '{instanceName}'))
    end as service,
    case variant
        when 'delivery' then coalesce(mapping.text_at(payload, '{datapoint}'), mapping.text_at(payload, '{alerttype}'), mapping.text_at(payload, '{datasource}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{dataPointName}'), mapping.text_at(payload, '{resourceTemplateName}'))
    end as error_type,
    case variant
        when 'delivery' then coalesce(mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{group}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{monitorObjectGroups,0,name}'), mapping.text_at(payload, '{rule}'))
    end as team,
    case variant when 'delivery' then coalesce(mapping.text_at(payload, '{environment}'), nullif(substring(mapping.text_at(payload, '{group}') from '(?i)\y(production|prod|staging|stage|development|dev|test)\y'), '')) end as environment,
    case variant when 'delivery' then coalesce(mapping.text_at(payload, '{alerturl}'), mapping.text_at(payload, '{alertdetailurl}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{hosturl}'), mapping.text_at(payload, '{serviceurl}')) end as external_url,
    case variant
        when 'delivery' then coalesce(coalesce(mapping.epoch_at(payload, '{startepoch}', 1), mapping.epoch_at(payload, '{start}', 1), mapping.epoch_at(payload, '{starttime}', 1), mapping.epoch_at(payload, '{date}', 1)), coalesce(mapping.instant_at(payload, '{startepoch}'), mapping.instant_at(payload, '{start}'), mapping.instant_at(payload, '{starttime}'), mapping.instant_at(payload, '{date}')), coalesce(mapping.zoned_instant_of(mapping.text_at(payload, '{startepoch}')), mapping.zoned_instant_of(mapping.text_at(payload, '{start}')), mapping.zoned_instant_of(mapping.text_at(payload, '{starttime}')), mapping.zoned_instant_of(mapping.text_at(payload, '{date}'))))
        when 'alert' then mapping.epoch_at(payload, '{startEpoch}', 1)
    end as source_created_at,
    case variant
        when 'delivery' then coalesce(coalesce(mapping.epoch_at(payload, '{endepoch}', 1), mapping.epoch_at(payload, '{end}', 1), mapping.epoch_at(payload, '{endtime}', 1), mapping.epoch_at(payload, '{date}', 1)), coalesce(mapping.instant_at(payload, '{endepoch}'), mapping.instant_at(payload, '{end}'), mapping.instant_at(payload, '{endtime}'), mapping.instant_at(payload, '{date}')), coalesce(mapping.zoned_instant_of(mapping.text_at(payload, '{endepoch}')), mapping.zoned_instant_of(mapping.text_at(payload, '{end}')), mapping.zoned_instant_of(mapping.text_at(payload, '{endtime}')), mapping.zoned_instant_of(mapping.text_at(payload, '{date}'))))
        when 'alert' then mapping.epoch_at(payload, '{endEpoch}', 1)
    end as resolved_at,
    case variant
        when 'delivery' then jsonb_strip_nulls(jsonb_build_object('instance', payload #> '{instance}', 'value', payload #> '{value}', 'internal_id', payload #> '{internalid}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{rule}', 'chain', payload #> '{chain}', 'value', payload #> '{alertValue}', 'instance', payload #> '{instanceName}'))
        else '{}'::jsonb
    end as attributes
from variants
