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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'proofpoint'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'proofpoint') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'proofpoint' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{messageTime}') and (mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{sender}') or mapping.has_value(payload, '{threatsInfoMap}'))) then 'message'
            when (mapping.has_value(payload, '{clickTime}') and (mapping.has_value(payload, '{threatID}') or mapping.has_value(payload, '{url}') or mapping.has_value(payload, '{threatURL}'))) then 'click'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'proofpoint'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'message' then coalesce(mapping.text_at(payload, '{subject}'), ('Message from ' || mapping.text_at(payload, '{sender}')), ('Message from ' || mapping.text_at(payload, '{fromAddress,0}')))
        when 'click' then coalesce((mapping.text_at(payload, '{classification}') || ' link clicked by ' || mapping.text_at(payload, '{recipient}')), ('Link clicked by ' || mapping.text_at(payload, '{recipient}')))
    end as title,
    case variant
        when 'message' then nullif(concat_ws(' · ', mapping.text_at(payload, '{threatsInfoMap,0,classification}'), mapping.text_at(payload, '{threatsInfoMap,0,threatType}'), mapping.text_at(payload, '{threatsInfoMap,0,threat}')), '')
        when 'click' then mapping.text_at(payload, '{url}')
    end as body,
    case variant
        when 'message' then coalesce(case when case when mapping.text_at(payload, '{malwareScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{malwareScore}'))::numeric end >= 90 then 'critical' end, case when case when mapping.text_at(payload, '{phishScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{phishScore}'))::numeric end >= 90 then 'critical' end, case when case when mapping.text_at(payload, '{impostorScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{impostorScore}'))::numeric end >= 90 then 'critical' end, case when case when mapping.text_at(payload, '{malwareScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{malwareScore}'))::numeric end >= 70 then 'high' end, case when case when mapping.text_at(payload, '{phishScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{phishScore}'))::numeric end >= 70 then 'high' end, case when case when mapping.text_at(payload, '{impostorScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{impostorScore}'))::numeric end >= 70 then 'high' end, case when case when mapping.text_at(payload, '{malwareScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{malwareScore}'))::numeric end >= 40 then 'medium' end, case when case when mapping.text_at(payload, '{phishScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{phishScore}'))::numeric end >= 40 then 'medium' end, case when case when mapping.text_at(payload, '{impostorScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{impostorScore}'))::numeric end >= 40 then 'medium' end, case when case when mapping.text_at(payload, '{spamScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{spamScore}'))::numeric end >= 40 then 'medium' end, case when case when mapping.text_at(payload, '{malwareScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{malwareScore}'))::numeric end >= 0 then 'low' end, case when case when mapping.text_at(payload, '{phishScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{phishScore}'))::numeric end >= 0 then 'low' end, case when case when mapping.text_at(payload, '{impostorScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{impostorScore}'))::numeric end >= 0 then 'low' end, case when case when mapping.text_at(payload, '{spamScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{spamScore}'))::numeric end >= 0 then 'low' end)
        when 'click' then mapping.text_at(payload, '{classification}')
    end as severity_value,
    case variant
        when 'message' then case when kind in ('blocked_message') then 'blocked' else case when mapping.has_value(payload, '{quarantineFolder}') then 'quarantined' else mapping.text_at(payload, '{threatsInfoMap,0,threatStatus}') end end
        when 'click' then case when kind in ('blocked_click') then 'blocked' else mapping.text_at(payload, '{threatStatus}') end
    end as status_value,
    case variant
        when 'message' then coalesce(mapping.text_at(payload, '{recipient,0}'), mapping.text_at(payload, '{toAddresses,0}'), mapping.text_at(payload, '{recipient}'))
        when 'click' then mapping.text_at(payload, '{recipient}')
    end as service,
    case variant
        when 'message' then coalesce(mapping.text_at(payload, '{threatsInfoMap,0,classification}'), mapping.text_at(payload, '{quarantineRule}'), mapping.text_at(payload, '{threatsInfoMap,0,threatType}'))
        when 'click' then mapping.text_at(payload, '{classification}')
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'message' then mapping.text_at(payload, '{threatsInfoMap,0,threatUrl}')
        when 'click' then coalesce(mapping.text_at(payload, '{threatURL}'), mapping.text_at(payload, '{threatUrl}'))
    end as external_url,
    case variant
        when 'message' then mapping.instant_at(payload, '{messageTime}')
        when 'click' then coalesce(mapping.instant_at(payload, '{clickTime}'), mapping.instant_at(payload, '{threatTime}'))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'message' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif(payload #> '{sender}', 'null'), nullif(payload #> '{fromAddress,0}', 'null')), 'campaign', payload #> '{threatsInfoMap,0,campaignID}', 'quarantine_folder', payload #> '{quarantineFolder}'))
        when 'click' then jsonb_strip_nulls(jsonb_build_object('sender', payload #> '{sender}', 'campaign', payload #> '{campaignId}', 'ip', payload #> '{clickIP}'))
        else '{}'::jsonb
    end as attributes
from variants
