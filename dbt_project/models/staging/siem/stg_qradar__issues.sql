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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'qradar'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'qradar') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'qradar' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{description}') and (mapping.has_value(payload, '{magnitude}') or mapping.has_value(payload, '{offense_type}') or mapping.has_value(payload, '{severity}'))) then 'offense'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'qradar'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'offense' then mapping.text_at(payload, '{description}') end as title,
    case variant when 'offense' then mapping.text_at(payload, '{offense_source}') end as body,
    case variant when 'offense' then case when case when coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')))::numeric end >= 8 then 'critical' when case when coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')))::numeric end >= 6 then 'high' when case when coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')))::numeric end >= 4 then 'medium' when case when coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{magnitude}'), mapping.text_at(payload, '{severity}')))::numeric end >= 0 then 'low' end end as severity_value,
    case variant when 'offense' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'offense' then coalesce(mapping.text_at(payload, '{log_sources,0,name}'), mapping.text_at(payload, '{offense_source}')) end as service,
    case variant when 'offense' then coalesce(mapping.text_at(payload, '{categories,0}'), mapping.text_at(payload, '{offense_type_str}'), mapping.text_at(payload, '{offense_type}')) end as error_type,
    case variant when 'offense' then mapping.text_at(payload, '{assigned_to}') end as team,
    null::text as environment,
    case variant when 'offense' then (nullif(config ->> 'base_url', '') || '/console/do/sem/offensesummary?summaryId=' || mapping.text_at(payload, '{id}')) end as external_url,
    case variant when 'offense' then mapping.epoch_at(payload, '{start_time}', 1000) end as source_created_at,
    case variant when 'offense' then coalesce(mapping.epoch_at(payload, '{close_time}', 1000), mapping.epoch_at(payload, '{last_persisted_time}', 1000), mapping.epoch_at(payload, '{last_updated_time}', 1000)) end as resolved_at,
    case variant
        when 'offense' then jsonb_strip_nulls(jsonb_build_object('categories', payload #> '{categories}', 'credibility', payload #> '{credibility}', 'relevance', payload #> '{relevance}', 'events', payload #> '{event_count}', 'rules', payload #> '{rules}'))
        else '{}'::jsonb
    end as attributes
from variants
