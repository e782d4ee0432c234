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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'thinkst_canary'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'thinkst_canary') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'thinkst_canary' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{description,description}') then 'incident'
            when (mapping.has_value(payload, '{IncidentKey}') or mapping.has_value(payload, '{IncidentHash}') or mapping.has_value(payload, '{AlertType}')) then 'incident of the webhook'
            when (mapping.has_value(payload, '{manage_url}') and mapping.has_value(payload, '{channel}')) then 'canarytoken'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'thinkst_canary'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{description,description}'), mapping.text_at(payload, '{summary}'))
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{Intro}'), mapping.text_at(payload, '{AlertType}'))
        when 'canarytoken' then coalesce(('Canarytoken triggered: ' || mapping.text_at(payload, '{memo}')), ('Canarytoken triggered by ' || mapping.text_at(payload, '{channel}')))
    end as title,
    case variant
        when 'incident' then nullif(concat_ws(' · ', mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{description,src_host}'), mapping.text_at(payload, '{description,dst_host}')), '')
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{Intro}'), mapping.text_at(payload, '{Reminder}'))
    end as body,
    case variant
        when 'incident' then 'incident'
        when 'incident of the webhook' then 'incident'
        when 'canarytoken' then 'incident'
    end as severity_value,
    case variant
        when 'incident' then case when coalesce(lower(mapping.text_at(payload, '{description,acknowledged}')) in ('true'), false) then 'acknowledged' else 'unacknowledged' end
        when 'incident of the webhook' then 'unacknowledged'
        when 'canarytoken' then 'unacknowledged'
    end as status_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{description,name}')
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{CanaryName}'), mapping.text_at(payload, '{Memo}'), mapping.text_at(payload, '{CanaryIP}'))
        when 'canarytoken' then coalesce(mapping.text_at(payload, '{memo}'), mapping.text_at(payload, '{token}'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{description,logtype}'), mapping.text_at(payload, '{description,description}'))
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{AlertType}'), mapping.text_at(payload, '{Triggered}'))
        when 'canarytoken' then coalesce(mapping.text_at(payload, '{token_type}'), mapping.text_at(payload, '{channel}'))
    end as error_type,
    case variant
        when 'incident' then mapping.text_at(payload, '{description,flock_name}')
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{FlockName}'), mapping.text_at(payload, '{Flock}'))
    end as team,
    null::text as environment,
    case variant
        when 'incident of the webhook' then coalesce(mapping.text_at(payload, '{IncidentUrl}'), mapping.text_at(payload, '{ConsoleUrl}'))
        when 'canarytoken' then mapping.text_at(payload, '{manage_url}')
    end as external_url,
    case variant
        when 'incident' then mapping.epoch_at(payload, '{description,created}', 1)
        when 'incident of the webhook' then coalesce(mapping.zoned_instant_of(mapping.text_at(payload, '{Timestamp}')), mapping.instant_at(payload, '{Timestamp}'))
        when 'canarytoken' then coalesce(mapping.zoned_instant_of(mapping.text_at(payload, '{time}')), mapping.instant_at(payload, '{time}'))
    end as source_created_at,
    case variant when 'incident' then mapping.epoch_at(payload, '{updated_time}', 1) end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('source_host', payload #> '{description,src_host}', 'target_host', payload #> '{description,dst_host}', 'node', payload #> '{description,node_id}', 'events', payload #> '{description,events_count}'))
        when 'incident of the webhook' then jsonb_strip_nulls(jsonb_build_object('source_host', payload #> '{SourceIP}', 'node', payload #> '{CanaryID}', 'location', payload #> '{CanaryLocation}'))
        when 'canarytoken' then jsonb_strip_nulls(jsonb_build_object('source_host', coalesce(nullif(payload #> '{src_ip}', 'null'), nullif(payload #> '{additional_data,src_ip}', 'null')), 'channel', payload #> '{channel}', 'user_agent', payload #> '{additional_data,useragent}'))
        else '{}'::jsonb
    end as attributes
from variants
