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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'openlineage'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'openlineage') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'openlineage' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{eventType}') and mapping.has_value(payload, '{job,name}')) then 'run event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'openlineage'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'run event' then (mapping.text_at(payload, '{job,name}') || ': ' || mapping.text_at(payload, '{eventType}')) end as title,
    case variant when 'run event' then coalesce(mapping.text_at(payload, '{run,facets,errorMessage,message}'), mapping.text_at(payload, '{run,facets,errorMessage,stackTrace}')) end as body,
    case variant when 'run event' then mapping.text_at(payload, '{eventType}') end as severity_value,
    case variant when 'run event' then mapping.text_at(payload, '{eventType}') end as status_value,
    case variant when 'run event' then coalesce(mapping.text_at(payload, '{job,name}'), mapping.text_at(payload, '{job,namespace}')) end as service,
    case variant when 'run event' then coalesce(nullif(substring(coalesce(mapping.text_at(payload, '{run,facets,errorMessage,stackTrace}'), mapping.text_at(payload, '{run,facets,errorMessage,message}')) from '\y((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))\y'), ''), nullif(substring(mapping.text_at(payload, '{run,facets,errorMessage,message}') from '\y([A-Z]\w*(?:Error|Exception))\y'), ''), mapping.text_at(payload, '{run,facets,errorMessage,programmingLanguage}'), mapping.text_at(payload, '{job,facets,jobType,jobType}')) end as error_type,
    case variant when 'run event' then mapping.text_at(payload, '{job,facets,ownership,owners,0,name}') end as team,
    case variant when 'run event' then mapping.text_at(payload, '{job,namespace}') end as environment,
    null::text as external_url,
    case variant when 'run event' then coalesce(mapping.instant_at(payload, '{run,facets,nominalTime,nominalStartTime}'), mapping.instant_at(payload, '{eventTime}')) end as source_created_at,
    case variant when 'run event' then mapping.instant_at(payload, '{eventTime}') end as resolved_at,
    case variant
        when 'run event' then jsonb_strip_nulls(jsonb_build_object('namespace', payload #> '{job,namespace}', 'producer', payload #> '{producer}', 'integration', payload #> '{job,facets,jobType,integration}', 'parent', payload #> '{run,facets,parent,job,name}'))
        else '{}'::jsonb
    end as attributes
from variants
