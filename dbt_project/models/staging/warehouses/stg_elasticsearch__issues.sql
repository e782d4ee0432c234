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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'elasticsearch'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'elasticsearch') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'elasticsearch' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{_source}') and (mapping.has_value(payload, '{_id}') or mapping.has_value(payload, '{_index}'))) then 'document'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'elasticsearch'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,error,message}'), mapping.text_at(payload, '{_source,"error.message"}'), mapping.text_at(payload, '{_source,message}'), mapping.text_at(payload, '{_source,title}'), (mapping.text_at(payload, '{_index}') || ': document ' || mapping.text_at(payload, '{_id}'))) end as title,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,error,stack_trace}'), mapping.text_at(payload, '{_source,"error.stack_trace"}'), mapping.text_at(payload, '{_source,event,original}'), mapping.text_at(payload, '{_source,message}')) end as body,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,"log.level"}'), mapping.text_at(payload, '{_source,log,level}'), mapping.text_at(payload, '{_source,level}'), mapping.text_at(payload, '{_source,severity}')) end as severity_value,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,status}'), case when mapping.has_value(payload, '{_source}') then 'failed' else null::text end) end as status_value,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,"service.name"}'), mapping.text_at(payload, '{_source,service,name}'), mapping.text_at(payload, '{_source,service}'), mapping.text_at(payload, '{_source,host,name}')) end as service,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,"error.type"}'), mapping.text_at(payload, '{_source,error,type}'), mapping.text_at(payload, '{_source,error,code}')) end as error_type,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,labels,team}'), mapping.tag_at(payload, '{_source,tags}', 'team')) end as team,
    case variant when 'document' then coalesce(mapping.text_at(payload, '{_source,"service.environment"}'), mapping.text_at(payload, '{_source,service,environment}'), mapping.text_at(payload, '{_source,labels,env}')) end as environment,
    null::text as external_url,
    case variant when 'document' then mapping.instant_at(payload, '{_source,"@timestamp"}') end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'document' then jsonb_strip_nulls(jsonb_build_object('index', payload #> '{_index}', 'host', payload #> '{_source,host,name}', 'trace', payload #> '{_source,trace,id}'))
        else '{}'::jsonb
    end as attributes
from variants
