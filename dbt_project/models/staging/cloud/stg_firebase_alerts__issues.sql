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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'firebase_alerts'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'firebase_alerts') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'firebase_alerts' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{data,createTime}') and mapping.has_value(payload, '{data,payload}')) then 'event with its attributes'
            when (mapping.has_value(payload, '{createTime}') and mapping.has_value(payload, '{payload}')) then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'firebase_alerts'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'event with its attributes' then coalesce(mapping.text_at(payload, '{data,payload,issue,title}'), (mapping.text_at(payload, '{data,payload,metricType}') || ': ' || mapping.text_at(payload, '{data,payload,eventName}')), mapping.text_at(payload, '{data,payload,eventName}'), mapping.text_at(payload, '{data,payload,testerName}'), mapping.text_at(payload, '{data,payload,text}'), mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{data,payload,"@type"}') from '([^.]+)Payload$'), ''))
        when 'event' then coalesce(mapping.text_at(payload, '{payload,issue,title}'), (mapping.text_at(payload, '{payload,metricType}') || ': ' || mapping.text_at(payload, '{payload,eventName}')), mapping.text_at(payload, '{payload,eventName}'), mapping.text_at(payload, '{payload,testerName}'), mapping.text_at(payload, '{payload,text}'), mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{payload,"@type"}') from '([^.]+)Payload$'), ''))
    end as title,
    case variant
        when 'event with its attributes' then nullif(concat_ws('
', mapping.text_at(payload, '{data,payload,issue,subtitle}'), mapping.text_at(payload, '{data,payload,conditionType}'), mapping.text_at(payload, '{data,payload,stackTrace}'), mapping.text_at(payload, '{data,payload,text}')), '')
        when 'event' then nullif(concat_ws('
', mapping.text_at(payload, '{payload,issue,subtitle}'), mapping.text_at(payload, '{payload,conditionType}'), mapping.text_at(payload, '{payload,stackTrace}'), mapping.text_at(payload, '{payload,text}')), '')
    end as body,
    case variant
        when 'event with its attributes' then coalesce(mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{data,payload,"@type"}') from '([^.]+)Payload$'), ''))
        when 'event' then coalesce(mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{payload,"@type"}') from '([^.]+)Payload$'), ''))
    end as severity_value,
    case variant
        when 'event with its attributes' then case when mapping.has_value(payload, '{data,payload,resolveTime}') then 'resolved' else 'open' end
        when 'event' then case when mapping.has_value(payload, '{payload,resolveTime}') then 'resolved' else 'open' end
    end as status_value,
    case variant
        when 'event with its attributes' then coalesce(mapping.text_at(payload, '{appid}'), mapping.text_at(payload, '{data,payload,appId}'), mapping.text_at(payload, '{data,payload,issue,appVersion}'), mapping.text_at(payload, '{data,payload,appVersion}'))
        when 'event' then coalesce(mapping.text_at(payload, '{appid}'), mapping.text_at(payload, '{payload,appId}'), mapping.text_at(payload, '{payload,issue,appVersion}'), mapping.text_at(payload, '{payload,appVersion}'))
    end as service,
    case variant
        when 'event with its attributes' then coalesce(mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{data,payload,"@type"}') from '([^.]+)Payload$'), ''))
        when 'event' then coalesce(mapping.text_at(payload, '{alerttype}'), nullif(substring(mapping.text_at(payload, '{payload,"@type"}') from '([^.]+)Payload$'), ''))
    end as error_type,
    null::text as team,
    case variant
        when 'event with its attributes' then nullif(substring(mapping.text_at(payload, '{source}') from 'projects/([^/]+)'), '')
        when 'event' then nullif(substring(mapping.text_at(payload, '{source}') from 'projects/([^/]+)'), '')
    end as environment,
    case variant
        when 'event with its attributes' then coalesce(mapping.text_at(payload, '{data,payload,investigateUri}'), mapping.text_at(payload, '{data,payload,feedbackConsoleUri}'))
        when 'event' then coalesce(mapping.text_at(payload, '{payload,investigateUri}'), mapping.text_at(payload, '{payload,feedbackConsoleUri}'))
    end as external_url,
    case variant
        when 'event with its attributes' then mapping.instant_at(payload, '{data,createTime}')
        when 'event' then mapping.instant_at(payload, '{createTime}')
    end as source_created_at,
    case variant
        when 'event with its attributes' then coalesce(mapping.instant_at(payload, '{data,payload,resolveTime}'), mapping.instant_at(payload, '{data,endTime}'))
        when 'event' then coalesce(mapping.instant_at(payload, '{payload,resolveTime}'), mapping.instant_at(payload, '{endTime}'))
    end as resolved_at,
    case variant
        when 'event with its attributes' then jsonb_strip_nulls(jsonb_build_object('version', coalesce(nullif(payload #> '{data,payload,issue,appVersion}', 'null'), nullif(payload #> '{data,payload,appVersion}', 'null')), 'crash_percentage', payload #> '{data,payload,crashPercentage}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('version', coalesce(nullif(payload #> '{payload,issue,appVersion}', 'null'), nullif(payload #> '{payload,appVersion}', 'null')), 'crash_percentage', payload #> '{payload,crashPercentage}'))
        else '{}'::jsonb
    end as attributes
from variants
