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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'pagerduty'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'pagerduty') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'pagerduty' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{summary}') and (mapping.has_value(payload, '{timestamp}') or not mapping.has_value(payload, '{type}'))) then 'change event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'pagerduty'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'change event' then case when coalesce(mapping.text_at(payload, '{summary}') ~* '\yfeature.?flag|\yflag\y', false) then 'feature_flag' else case when coalesce(mapping.text_at(payload, '{summary}') ~* '\yconfig', false) then 'config_change' else case when coalesce(mapping.text_at(payload, '{summary}') ~* '\ydeploy|\yroll(ed)?.?(out|back)', false) then 'deploy' else case when coalesce(mapping.text_at(payload, '{summary}') ~* '\yrelease', false) then 'release' else null::text end end end end end as change_kind,
    case variant when 'change event' then mapping.text_at(payload, '{summary}') end as title,
    case variant when 'change event' then coalesce(mapping.text_at(payload, '{services,0,summary}'), mapping.text_at(payload, '{services,0,name}'), mapping.text_at(payload, '{custom_details,service}')) end as service,
    case variant when 'change event' then coalesce(mapping.text_at(payload, '{custom_details,environment}'), mapping.text_at(payload, '{custom_details,env}')) end as environment,
    case variant when 'change event' then coalesce(mapping.text_at(payload, '{links,0,href}'), mapping.text_at(payload, '{html_url}')) end as external_url,
    case variant when 'change event' then mapping.instant_at(payload, '{timestamp}') end as changed_at
from variants
