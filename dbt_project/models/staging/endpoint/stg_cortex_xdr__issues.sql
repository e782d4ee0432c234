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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cortex_xdr'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cortex_xdr') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cortex_xdr' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incident_id}') and (mapping.has_value(payload, '{creation_time}') or mapping.has_value(payload, '{xdr_url}') or mapping.has_value(payload, '{alert_count}'))) then 'incident'
            when ((mapping.has_value(payload, '{alert_id}') or mapping.has_value(payload, '{external_id}')) and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{alert_name}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cortex_xdr'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{incident_name}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{incident_id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{alert_name}'), mapping.text_at(payload, '{description}'))
    end as title,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{manual_description}'), mapping.text_at(payload, '{description}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{alert_description}'))
    end as body,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{manual_severity}'), mapping.text_at(payload, '{severity}'))
        when 'alert' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{status}')
        when 'alert' then coalesce(mapping.text_at(payload, '{resolution_status}'), mapping.text_at(payload, '{alert_resolution_status}'))
    end as status_value,
    case variant
        when 'incident' then nullif(substring(coalesce(mapping.text_at(payload, '{hosts,0}'), mapping.text_at(payload, '{incident_sources,0}')) from '^([^:]+)'), '')
        when 'alert' then coalesce(mapping.text_at(payload, '{host_name}'), mapping.text_at(payload, '{endpoint_id}'), mapping.text_at(payload, '{agent_id}'), mapping.text_at(payload, '{source}'), mapping.text_at(payload, '{alert_source}'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{mitre_techniques_ids_and_names,0}'), mapping.text_at(payload, '{alert_categories,0}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{alert_category}'), mapping.text_at(payload, '{mitre_technique_id_and_name,0}'), mapping.text_at(payload, '{mitre_technique_id_and_name}'))
    end as error_type,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{assigned_user_pretty_name}'), mapping.text_at(payload, '{assigned_user_mail}')) end as team,
    null::text as environment,
    case variant when 'incident' then mapping.text_at(payload, '{xdr_url}') end as external_url,
    case variant
        when 'incident' then coalesce(mapping.epoch_at(payload, '{creation_time}', 1000), mapping.epoch_at(payload, '{detection_time}', 1000))
        when 'alert' then coalesce(mapping.epoch_at(payload, '{detection_timestamp}', 1000), mapping.epoch_at(payload, '{local_insert_ts}', 1000), mapping.epoch_at(payload, '{event_timestamp,0}', 1000))
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.epoch_at(payload, '{resolved_timestamp}', 1000), mapping.epoch_at(payload, '{modification_time}', 1000))
        when 'alert' then mapping.epoch_at(payload, '{last_modified_ts}', 1000)
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('alert_count', payload #> '{alert_count}', 'resolve_comment', payload #> '{resolve_comment}', 'sources', payload #> '{incident_sources}', 'users', payload #> '{users}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('source', payload #> '{source}', 'action', payload #> '{action_pretty}', 'case', payload #> '{case_id}'))
        else '{}'::jsonb
    end as attributes
from variants
