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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'launchdarkly'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'launchdarkly') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'launchdarkly' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{date}') and mapping.has_value(payload, '{kind}') and (mapping.has_value(payload, '{titleVerb}') or mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{description}'))) then 'audit log entry'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'launchdarkly'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'audit log entry' then case when coalesce(lower(mapping.text_at(payload, '{kind}')) in ('flag', 'segment'), false) then 'feature_flag' else 'config_change' end end as change_kind,
    case variant when 'audit log entry' then coalesce(nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{member,email}'), mapping.text_at(payload, '{token,name}'), mapping.text_at(payload, '{app,name}')), mapping.text_at(payload, '{titleVerb}'), coalesce(mapping.text_at(payload, '{target,name}'), mapping.text_at(payload, '{name}'))), ''), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{shortDescription}'), mapping.text_at(payload, '{name}')) end as title,
    case variant when 'audit log entry' then coalesce(nullif(substring(coalesce(mapping.text_at(payload, '{target,resources,0}'), mapping.text_at(payload, '{accesses,0,resource}'), mapping.text_at(payload, '{parent,resource}')) from 'proj/([^:;]+)'), ''), mapping.text_at(payload, '{parent,name}')) end as service,
    case variant when 'audit log entry' then nullif(substring(coalesce(mapping.text_at(payload, '{target,resources,0}'), mapping.text_at(payload, '{accesses,0,resource}'), mapping.text_at(payload, '{parent,resource}')) from ':env/([^:;]+)'), '') end as environment,
    case variant when 'audit log entry' then coalesce(nullif(substring(coalesce(mapping.text_at(payload, '{target,_links,site,href}'), mapping.text_at(payload, '{_links,site,href}')) from '^https?://.*'), ''), ('https://app.launchdarkly.com' || mapping.text_at(payload, '{target,_links,site,href}')), ('https://app.launchdarkly.com' || mapping.text_at(payload, '{_links,site,href}'))) end as external_url,
    case variant when 'audit log entry' then mapping.epoch_at(payload, '{date}', 1000) end as changed_at
from variants
