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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'linear'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'linear') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'linear' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{stateId}') or mapping.has_value(payload, '{priority}'))) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'linear'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then mapping.text_at(payload, '{title}') end as title,
    case variant when 'issue' then mapping.text_at(payload, '{description}') end as body,
    case variant when 'issue' then ('priority ' || mapping.text_at(payload, '{priority}')) end as severity_value,
    case variant when 'issue' then case when coalesce(lower(mapping.text_at(payload, '{action}')) in ('remove'), false) then 'deleted' else coalesce(mapping.text_at(payload, '{state,type}'), mapping.text_at(payload, '{state,name}'), mapping.text_at(payload, '{stateId}')) end end as status_value,
    case variant when 'issue' then coalesce(mapping.tag_at(payload, '{labels}', 'service|component'), mapping.tag_at(payload, '{labels,nodes}', 'service|component'), mapping.text_at(payload, '{project,name}')) end as service,
    case variant when 'issue' then coalesce(mapping.tag_at(payload, '{labels}', 'error'), mapping.tag_at(payload, '{labels,nodes}', 'error')) end as error_type,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{team,key}'), mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{teamId}')) end as team,
    case variant when 'issue' then coalesce(mapping.tag_at(payload, '{labels}', 'env|environment'), mapping.tag_at(payload, '{labels,nodes}', 'env|environment')) end as environment,
    case variant when 'issue' then mapping.text_at(payload, '{url}') end as external_url,
    case variant when 'issue' then mapping.instant_at(payload, '{createdAt}') end as source_created_at,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{completedAt}'), mapping.instant_at(payload, '{canceledAt}'), mapping.instant_at(payload, '{updatedAt}')) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('identifier', payload #> '{identifier}', 'number', payload #> '{number}', 'labels', coalesce(nullif(payload #> '{labels,nodes}', 'null'), nullif(payload #> '{labels}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
