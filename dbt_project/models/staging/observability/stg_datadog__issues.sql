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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'datadog'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'datadog') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'datadog' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when mapping.has_value(payload, '{attributes,title}') then 'incident'
            when true then 'webhook'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'datadog'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,title}')
        when 'webhook' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,fields,summary,value}')
        when 'webhook' then mapping.text_at(payload, '{message}')
    end as body,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,severity}'), mapping.text_at(payload, '{attributes,fields,severity,value}'))
        when 'webhook' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,state}'), mapping.text_at(payload, '{attributes,fields,state,value}'))
        when 'webhook' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,fields,services,value,0}')
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'service')
    end as service,
    null::text as error_type,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,fields,teams,value,0}')
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'team')
    end as team,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,fields,env,value,0}')
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'env')
    end as environment,
    case variant
        when 'incident' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || mapping.text_at(payload, '{attributes,public_id}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{url}'), ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || mapping.text_at(payload, '{public_id}')))
    end as external_url,
    case variant when 'incident' then mapping.instant_at(payload, '{attributes,created}') end as source_created_at,
    case variant when 'incident' then mapping.instant_at(payload, '{attributes,resolved}') end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('public_id', (mapping.text_at(payload, '{attributes,public_id}')), 'root_cause', payload #> '{attributes,fields,root_cause,value}', 'customer_impacted', payload #> '{attributes,customer_impacted}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('public_id', (mapping.text_at(payload, '{public_id}')), 'region', mapping.tag_at(payload, '{tags}', 'region')))
        else '{}'::jsonb
    end as attributes
from variants
