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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'auvik'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'auvik') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'auvik' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alertId}') and mapping.has_value(payload, '{alertName}')) then 'alert'
            when (coalesce(lower(mapping.text_at(payload, '{type}')) in ('alerthistory', 'alerthistoryinfo'), false) and mapping.has_value(payload, '{attributes,name}')) then 'alert of the API'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'auvik'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce((mapping.text_at(payload, '{entityName}') || ': ' || mapping.text_at(payload, '{alertName}')), mapping.text_at(payload, '{alertName}'))
        when 'alert of the API' then mapping.text_at(payload, '{attributes,name}')
    end as title,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertDescription}')
        when 'alert of the API' then mapping.text_at(payload, '{attributes,description}')
    end as body,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertSeverityString}')
        when 'alert of the API' then mapping.text_at(payload, '{attributes,severity}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertStatusString}')
        when 'alert of the API' then mapping.text_at(payload, '{attributes,status}')
    end as status_value,
    case variant when 'alert' then mapping.text_at(payload, '{entityName}') end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{entityType}'), mapping.text_at(payload, '{alertName}'))
        when 'alert of the API' then mapping.text_at(payload, '{attributes,name}')
    end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{companyName}') end as team,
    null::text as environment,
    case variant when 'alert' then mapping.text_at(payload, '{link}') end as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{date}')
        when 'alert of the API' then mapping.instant_at(payload, '{attributes,detectedOn}')
    end as source_created_at,
    case variant when 'alert' then mapping.instant_at(payload, '{date}') end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('company', payload #> '{companyName}', 'correlation', payload #> '{correlationId}'))
        when 'alert of the API' then jsonb_strip_nulls(jsonb_build_object('entity', payload #> '{relationships,entity,data,id}', 'tenant', payload #> '{relationships,tenant,data,id}'))
        else '{}'::jsonb
    end as attributes
from variants
