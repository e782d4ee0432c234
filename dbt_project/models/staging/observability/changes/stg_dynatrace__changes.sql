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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dynatrace'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dynatrace') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dynatrace' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{eventType}') then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'dynatrace'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'event' then case when coalesce(lower(mapping.text_at(payload, '{eventType}')) in ('custom_configuration'), false) then 'config_change' else 'deploy' end end as change_kind,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{deploymentName}'), mapping.text_at(payload, '{configuration}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{eventType}')) end as title,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{entityId,name}'), mapping.text_at(payload, '{entityName}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.name', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.name"}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.project', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.project"}'), mapping.text_at(payload, '{deploymentProject}')) end as service,
    case variant when 'event' then coalesce(mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.release_stage', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.release_stage"}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.environment', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.environment"}')) end as environment,
    case variant when 'event' then coalesce(mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.ci_back_link', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.ci_back_link"}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.remediation_action_link', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.remediation_action_link"}'), mapping.text_at(payload, '{ciBackLink}')) end as external_url,
    case variant when 'event' then coalesce(mapping.epoch_at(payload, '{startTime}', 1000), mapping.epoch_at(payload, '{start}', 1000)) end as changed_at
from variants
