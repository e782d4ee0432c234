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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'appomni'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'appomni') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'appomni' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{appomni,event,id}') and (mapping.has_value(payload, '{rule,name}') or mapping.has_value(payload, '{message}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'appomni'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{rule,name}'), mapping.text_at(payload, '{message}')) end as title,
    case variant when 'alert' then mapping.text_at(payload, '{message}') end as body,
    case variant when 'alert' then ('level ' || mapping.text_at(payload, '{event,severity}')) end as severity_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{appomni,alert,status}'), mapping.text_at(payload, '{appomni,status}')) end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{appomni,service,name}'), mapping.text_at(payload, '{related,services,name,0}'), mapping.text_at(payload, '{related,services,type,0}'), mapping.text_at(payload, '{appomni,service,type}')) end as service,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{rule,threat,technique,id,0}'), mapping.text_at(payload, '{rule,threat,technique,name,0}'), mapping.text_at(payload, '{rule,name}')) end as error_type,
    null::text as team,
    case variant when 'alert' then mapping.text_at(payload, '{appomni,alert,channel}') end as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{rule,reference}'), mapping.text_at(payload, '{event,url}')) end as external_url,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{event,created}')) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('tactic', payload #> '{rule,threat,tactic,name,0}', 'rule', payload #> '{rule,uuid}', 'users', payload #> '{related,user}', 'organization', payload #> '{appomni,organization,id}'))
        else '{}'::jsonb
    end as attributes
from variants
