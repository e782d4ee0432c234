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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gitlab'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gitlab') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gitlab' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{environment}') then 'deployment'
            when (mapping.has_value(payload, '{tag_name}') or (mapping.has_value(payload, '{tag}') and mapping.has_value(payload, '{released_at}'))) then 'release'
            when mapping.has_value(payload, '{object_attributes,active}') then 'feature flag'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'gitlab'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'deployment' then 'deploy'
        when 'release' then 'release'
        when 'feature flag' then 'feature_flag'
    end as change_kind,
    case variant
        when 'deployment' then coalesce(('Deploy of ' || mapping.text_at(payload, '{ref}') || ' to ' || mapping.text_at(payload, '{environment,name}')), ('Deploy of ' || mapping.text_at(payload, '{ref}') || ' to ' || mapping.text_at(payload, '{environment}')))
        when 'release' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{tag_name}'), mapping.text_at(payload, '{tag}'))
        when 'feature flag' then nullif(concat_ws(' ', mapping.text_at(payload, '{object_attributes,name}'), case when coalesce(lower(mapping.text_at(payload, '{object_attributes,active}')) in ('true'), false) then 'on' else 'off' end), '')
    end as title,
    case variant
        when 'deployment' then coalesce(mapping.text_at(payload, '{project,path_with_namespace}'), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/-/'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+'), ''), mapping.text_at(payload, '{deployable,project,path_with_namespace}'))
        when 'release' then coalesce(mapping.text_at(payload, '{project,path_with_namespace}'), nullif(substring(mapping.text_at(payload, '{_links,self}') from '^https?://[^/]+/(.+)/-/'), ''))
        when 'feature flag' then mapping.text_at(payload, '{project,path_with_namespace}')
    end as service,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment}')) end as environment,
    case variant
        when 'deployment' then coalesce(mapping.text_at(payload, '{deployable_url}'), mapping.text_at(payload, '{deployable,web_url}'))
        when 'release' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{_links,self}'))
        when 'feature flag' then (mapping.text_at(payload, '{project,web_url}') || '/-/feature_flags')
    end as external_url,
    case variant
        when 'deployment' then coalesce(mapping.instant_at(payload, '{status_changed_at}'), mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'release' then coalesce(mapping.instant_at(payload, '{released_at}'), mapping.instant_at(payload, '{created_at}'))
    end as changed_at
from variants
