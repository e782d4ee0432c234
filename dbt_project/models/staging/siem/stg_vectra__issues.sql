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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'vectra'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'vectra') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'vectra' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{detection_type}') or mapping.has_value(payload, '{detection}')) and mapping.has_value(payload, '{first_timestamp}')) then 'detection'
            when (mapping.has_value(payload, '{detection_id}') and mapping.has_value(payload, '{event_timestamp}')) then 'event of a detection'
            when (mapping.has_value(payload, '{detection_id}') and mapping.has_value(payload, '{vectra_timestamp}')) then 'syslog event of a detection, as JSON'
            when (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{urgency_score}') or mapping.has_value(payload, '{attack_rating}') or mapping.has_value(payload, '{is_prioritized}'))) then 'entity'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'vectra'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{detection}'), mapping.text_at(payload, '{detection_type}'))
        when 'event of a detection' then coalesce(mapping.text_at(payload, '{d_type_vname}'), mapping.text_at(payload, '{detection_type}'))
        when 'syslog event of a detection, as JSON' then coalesce(mapping.text_at(payload, '{d_type_vname}'), mapping.text_at(payload, '{d_type}'))
        when 'entity' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{summary,description}'), mapping.text_at(payload, '{description}'))
        when 'syslog event of a detection, as JSON' then mapping.text_at(payload, '{reason}')
    end as body,
    case variant
        when 'detection' then case when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')))::numeric end >= 75 then 'critical' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')))::numeric end >= 50 then 'high' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')))::numeric end >= 25 then 'medium' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{t_score}')))::numeric end >= 0 then 'low' end
        when 'event of a detection' then coalesce(case when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')))::numeric end >= 75 then 'critical' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')))::numeric end >= 50 then 'high' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')))::numeric end >= 25 then 'medium' when case when coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{urgency_score}')))::numeric end >= 0 then 'low' end, mapping.text_at(payload, '{severity}'))
        when 'syslog event of a detection, as JSON' then case when case when mapping.text_at(payload, '{threat}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{threat}'))::numeric end >= 75 then 'critical' when case when mapping.text_at(payload, '{threat}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{threat}'))::numeric end >= 50 then 'high' when case when mapping.text_at(payload, '{threat}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{threat}'))::numeric end >= 25 then 'medium' when case when mapping.text_at(payload, '{threat}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{threat}'))::numeric end >= 0 then 'low' end
        when 'entity' then coalesce(case when case when mapping.text_at(payload, '{urgency_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{urgency_score}'))::numeric end >= 75 then 'critical' when case when mapping.text_at(payload, '{urgency_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{urgency_score}'))::numeric end >= 50 then 'high' when case when mapping.text_at(payload, '{urgency_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{urgency_score}'))::numeric end >= 25 then 'medium' when case when mapping.text_at(payload, '{urgency_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{urgency_score}'))::numeric end >= 0 then 'low' end, mapping.text_at(payload, '{severity}'))
    end as severity_value,
    case variant
        when 'detection' then mapping.text_at(payload, '{state}')
        when 'event of a detection' then case when coalesce(lower(mapping.text_at(payload, '{triaged}')) in ('true'), false) then 'triaged' else 'active' end
        when 'syslog event of a detection, as JSON' then case when coalesce(lower(mapping.text_at(payload, '{triaged}')) in ('true'), false) then 'triaged' else 'active' end
        when 'entity' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{src_host,name}'), mapping.text_at(payload, '{src_entity,name}'), mapping.text_at(payload, '{src_account,name}'), mapping.text_at(payload, '{src_linked_account,name}'), mapping.text_at(payload, '{src_ip}'))
        when 'event of a detection' then coalesce(mapping.text_at(payload, '{src_entity,name}'), mapping.text_at(payload, '{entity_uid}'))
        when 'syslog event of a detection, as JSON' then coalesce(mapping.text_at(payload, '{host_name}'), mapping.text_at(payload, '{account_uid}'), mapping.text_at(payload, '{account_name}'))
        when 'entity' then mapping.text_at(payload, '{name}')
    end as service,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{detection_type}'), mapping.text_at(payload, '{detection_category}'), mapping.text_at(payload, '{category}'))
        when 'event of a detection' then coalesce(mapping.text_at(payload, '{detection_type}'), mapping.text_at(payload, '{category}'))
        when 'syslog event of a detection, as JSON' then coalesce(mapping.text_at(payload, '{d_type}'), mapping.text_at(payload, '{category}'))
        when 'entity' then coalesce(mapping.text_at(payload, '{attack_profile}'), mapping.text_at(payload, '{type}'), mapping.text_at(payload, '{entity_type}'))
    end as error_type,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{assigned_to}'), mapping.text_at(payload, '{groups,0,name}'))
        when 'entity' then mapping.text_at(payload, '{assigned_to}')
    end as team,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{sensor_name}'), mapping.text_at(payload, '{sensor}'))
        when 'entity' then mapping.text_at(payload, '{sensors,0}')
    end as environment,
    case variant
        when 'detection' then coalesce(mapping.text_at(payload, '{detection_url}'), mapping.text_at(payload, '{url}'))
        when 'event of a detection' then coalesce(mapping.text_at(payload, '{detection_href}'), mapping.text_at(payload, '{url}'))
        when 'syslog event of a detection, as JSON' then mapping.text_at(payload, '{href}')
        when 'entity' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'detection' then coalesce(mapping.instant_at(payload, '{first_timestamp}'), mapping.instant_at(payload, '{created_timestamp}'))
        when 'event of a detection' then mapping.instant_at(payload, '{event_timestamp}')
        when 'syslog event of a detection, as JSON' then mapping.epoch_at(payload, '{vectra_timestamp}', 1)
        when 'entity' then coalesce(mapping.instant_at(payload, '{last_detection_timestamp}'), mapping.instant_at(payload, '{last_modified_timestamp}'))
    end as source_created_at,
    case variant
        when 'detection' then mapping.instant_at(payload, '{last_timestamp}')
        when 'entity' then mapping.instant_at(payload, '{last_modified_timestamp}')
    end as resolved_at,
    case variant
        when 'detection' then jsonb_strip_nulls(jsonb_build_object('certainty', coalesce(nullif(payload #> '{certainty}', 'null'), nullif(payload #> '{c_score}', 'null')), 'category', coalesce(nullif(payload #> '{detection_category}', 'null'), nullif(payload #> '{category}', 'null')), 'ip', payload #> '{src_ip}', 'tags', payload #> '{tags}'))
        when 'syslog event of a detection, as JSON' then jsonb_strip_nulls(jsonb_build_object('certainty', payload #> '{certainty}', 'category', payload #> '{category}'))
        else '{}'::jsonb
    end as attributes
from variants
