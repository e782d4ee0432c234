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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'wazuh'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'wazuh') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'wazuh' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{_source,rule,description}') then 'indexed alert'
            when mapping.has_value(payload, '{rule,description}') then 'alert'
            when (mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{severity}') and (mapping.has_value(payload, '{created_at}') or mapping.has_value(payload, '{all_fields}'))) then 'alert of an integration script'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'wazuh'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'indexed alert' then mapping.text_at(payload, '{_source,rule,description}')
        when 'alert' then mapping.text_at(payload, '{rule,description}')
        when 'alert of an integration script' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{message}'))
    end as title,
    case variant
        when 'indexed alert' then mapping.text_at(payload, '{_source,full_log}')
        when 'alert' then mapping.text_at(payload, '{full_log}')
        when 'alert of an integration script' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{text}'))
    end as body,
    case variant
        when 'indexed alert' then case when case when mapping.text_at(payload, '{_source,rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,rule,level}'))::numeric end >= 12 then 'critical' when case when mapping.text_at(payload, '{_source,rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,rule,level}'))::numeric end >= 8 then 'high' when case when mapping.text_at(payload, '{_source,rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,rule,level}'))::numeric end >= 5 then 'medium' when case when mapping.text_at(payload, '{_source,rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,rule,level}'))::numeric end >= 0 then 'low' end
        when 'alert' then case when case when mapping.text_at(payload, '{rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{rule,level}'))::numeric end >= 12 then 'critical' when case when mapping.text_at(payload, '{rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{rule,level}'))::numeric end >= 8 then 'high' when case when mapping.text_at(payload, '{rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{rule,level}'))::numeric end >= 5 then 'medium' when case when mapping.text_at(payload, '{rule,level}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{rule,level}'))::numeric end >= 0 then 'low' end
        when 'alert of an integration script' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'indexed alert' then 'triggered'
        when 'alert' then 'triggered'
        when 'alert of an integration script' then coalesce(mapping.text_at(payload, '{status}'), 'triggered')
    end as status_value,
    case variant
        when 'indexed alert' then coalesce(mapping.text_at(payload, '{_source,agent,name}'), mapping.text_at(payload, '{_source,predecoder,hostname}'), mapping.text_at(payload, '{_source,manager,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{agent,name}'), mapping.text_at(payload, '{predecoder,hostname}'), mapping.text_at(payload, '{manager,name}'))
        when 'alert of an integration script' then coalesce(mapping.text_at(payload, '{all_fields,agent,name}'), mapping.text_at(payload, '{agent_name}'))
    end as service,
    case variant
        when 'indexed alert' then coalesce(mapping.text_at(payload, '{_source,rule,mitre,technique,0}'), mapping.text_at(payload, '{_source,rule,groups,0}'), mapping.text_at(payload, '{_source,rule,id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{rule,mitre,technique,0}'), mapping.text_at(payload, '{rule,groups,0}'), mapping.text_at(payload, '{rule,id}'))
        when 'alert of an integration script' then coalesce(mapping.text_at(payload, '{all_fields,rule,groups,0}'), mapping.text_at(payload, '{rule_id}'))
    end as error_type,
    case variant
        when 'indexed alert' then coalesce(mapping.text_at(payload, '{_source,agent,labels,team}'), mapping.text_at(payload, '{_source,agent,labels,group}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{agent,labels,team}'), mapping.text_at(payload, '{agent,labels,group}'))
    end as team,
    case variant
        when 'indexed alert' then coalesce(mapping.text_at(payload, '{_source,agent,labels,environment}'), mapping.text_at(payload, '{_source,cluster,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{agent,labels,environment}'), mapping.text_at(payload, '{cluster,name}'))
    end as environment,
    null::text as external_url,
    case variant
        when 'indexed alert' then coalesce(mapping.instant_at(payload, '{_source,timestamp}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{"@timestamp"}'))
        when 'alert of an integration script' then coalesce(mapping.instant_at(payload, '{all_fields,timestamp}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_of(nullif(substring(mapping.text_at(payload, '{created_at}') from '^([0-9T:.-]+[+-][0-9]{2})[.]00$'), '')))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'indexed alert' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{_source,rule,id}', 'level', payload #> '{_source,rule,level}', 'groups', payload #> '{_source,rule,groups}', 'location', payload #> '{_source,location}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{rule,id}', 'level', payload #> '{rule,level}', 'groups', payload #> '{rule,groups}', 'location', payload #> '{location}'))
        else '{}'::jsonb
    end as attributes
from variants
