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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'octopus_deploy'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'octopus_deploy') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'octopus_deploy' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{Category}') and mapping.has_value(payload, '{Message}') and not mapping.has_value(payload, '{State}')) then 'subscription event'
            when (mapping.has_value(payload, '{Name}') and (mapping.has_value(payload, '{Task,State}') or (coalesce(lower(mapping.text_at(payload, '{State}')) in ('success'), false) and mapping.has_value(payload, '{Description}')))) then 'deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'octopus_deploy'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'subscription event' then 'deploy'
        when 'deployment' then 'deploy'
    end as change_kind,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{Message}')
        when 'deployment' then coalesce((mapping.text_at(payload, '{ProjectName}') || ': ' || mapping.text_at(payload, '{Name}')), mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{Name}'))
    end as title,
    case variant
        when 'subscription event' then coalesce(nullif(substring(mapping.text_at(payload, '{Message}') from 'for (?:project )?(.+?)[ ,]+release'), ''), nullif(substring(mapping.text_at(payload, '{Message}') from '[Dd]eploy (.+) release '), ''))
        when 'deployment' then coalesce(mapping.text_at(payload, '{ProjectName}'), nullif(substring(mapping.text_at(payload, '{Description}') from '(?:Deploy|Redeploy|Run .+ runbook for|Run) (.+) release '), ''), mapping.text_at(payload, '{ProjectId}'))
    end as service,
    case variant
        when 'subscription event' then coalesce(nullif(substring(mapping.text_at(payload, '{Message}') from ' release [^ ]+ to ([^,]+?)(?: failed| succeeded| for .*|)$'), ''), nullif(substring(mapping.text_at(payload, '{Message}') from ' to ([^,]+?)(?: failed| succeeded| for .*|)$'), ''))
        when 'deployment' then coalesce(mapping.text_at(payload, '{EnvironmentName}'), nullif(substring(mapping.text_at(payload, '{Description}') from ' to (.+)$'), ''), mapping.text_at(payload, '{EnvironmentId}'))
    end as environment,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{ServerUri}')
        when 'deployment' then (nullif(config ->> 'base_url', '') || mapping.text_at(payload, '{Links,Web}'))
    end as external_url,
    case variant
        when 'subscription event' then mapping.instant_at(payload, '{Occurred}')
        when 'deployment' then coalesce(mapping.instant_at(payload, '{Task,CompletedTime}'), mapping.instant_at(payload, '{CompletedTime}'), mapping.instant_at(payload, '{Task,StartTime}'), mapping.instant_at(payload, '{StartTime}'))
    end as changed_at
from variants
