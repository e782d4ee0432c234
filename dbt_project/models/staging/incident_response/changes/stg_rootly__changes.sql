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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'rootly'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'rootly') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'rootly' and kind = 'change'

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{attributes,summary}') or mapping.has_value(payload, '{summary}')) and (mapping.has_value(payload, '{attributes,started_at}') or mapping.has_value(payload, '{started_at}'))) then 'pulse'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'rootly'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'pulse' then case when coalesce(coalesce(mapping.text_at(payload, '{attributes,summary}'), mapping.text_at(payload, '{summary}')) ~* '\ydeploy|\yroll(ed)?.?(out|back)', false) then 'deploy' else case when coalesce(coalesce(mapping.text_at(payload, '{attributes,summary}'), mapping.text_at(payload, '{summary}')) ~* '\yrelease', false) then 'release' else null::text end end end as change_kind,
    case variant when 'pulse' then coalesce(mapping.text_at(payload, '{attributes,summary}'), mapping.text_at(payload, '{summary}')) end as title,
    case variant when 'pulse' then coalesce(mapping.text_at(payload, '{attributes,services,0,data,attributes,name}'), mapping.text_at(payload, '{services,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,services,data,0,attributes,name}'), mapping.text_at(payload, '{services,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,services,0,name}'), mapping.text_at(payload, '{services,0,name}')) end as service,
    case variant when 'pulse' then coalesce(mapping.text_at(payload, '{attributes,environments,0,data,attributes,name}'), mapping.text_at(payload, '{environments,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,environments,data,0,attributes,name}'), mapping.text_at(payload, '{environments,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,environments,0,name}'), mapping.text_at(payload, '{environments,0,name}')) end as environment,
    case variant when 'pulse' then coalesce(mapping.text_at(payload, '{attributes,external_url}'), mapping.text_at(payload, '{external_url}')) end as external_url,
    case variant when 'pulse' then coalesce(mapping.instant_at(payload, '{attributes,started_at}'), mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{attributes,created_at}'), mapping.instant_at(payload, '{created_at}')) end as changed_at
from variants
