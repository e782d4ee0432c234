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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'harness'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'harness') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'harness' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{planExecutionId}') and (mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{eventType}'))) then 'execution that deployed'
            when (mapping.has_value(payload, '{application}') and mapping.has_value(payload, '{endedAt}')) then 'FirstGen deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'harness'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'execution that deployed' then 'deploy'
        when 'FirstGen deployment' then 'deploy'
    end as change_kind,
    case variant
        when 'execution that deployed' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{pipelineName}'), mapping.text_at(payload, '{pipelineIdentifier}')), ('#' || mapping.text_at(payload, '{runSequence}'))), '')
        when 'FirstGen deployment' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{workflow,name}'), mapping.text_at(payload, '{application,name}')), mapping.text_at(payload, '{artifacts,0,buildNo}')), '')
    end as title,
    case variant
        when 'execution that deployed' then coalesce(mapping.text_at(payload, '{moduleInfo,cd,serviceIdentifiers,0}'), mapping.text_at(payload, '{moduleInfo,services,0,id}'), mapping.text_at(payload, '{moduleInfo,services,0}'), mapping.text_at(payload, '{pipelineIdentifier}'))
        when 'FirstGen deployment' then coalesce(mapping.text_at(payload, '{services,nodes,0,name}'), mapping.text_at(payload, '{artifacts,0,artifactSource,name}'), mapping.text_at(payload, '{application,name}'))
    end as service,
    case variant
        when 'execution that deployed' then coalesce(mapping.text_at(payload, '{moduleInfo,cd,envIdentifiers,0}'), mapping.text_at(payload, '{moduleInfo,environments,0,id}'), mapping.text_at(payload, '{moduleInfo,environments,0}'))
        when 'FirstGen deployment' then mapping.text_at(payload, '{environments,nodes,0,name}')
    end as environment,
    case variant when 'execution that deployed' then coalesce(mapping.text_at(payload, '{executionUrl}'), ('https://app.harness.io/ng/account/' || nullif(config ->> 'account', '') || '/all/orgs/' || nullif(config ->> 'organization', '') || '/projects/' || nullif(config ->> 'project', '') || '/pipelines/' || mapping.text_at(payload, '{pipelineIdentifier}') || '/executions/' || mapping.text_at(payload, '{planExecutionId}') || '/pipeline')) end as external_url,
    case variant
        when 'execution that deployed' then coalesce(mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{endTs}') from '^\d{10}$'), ''), 1), mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{endTs}') from '^\d{13}$'), ''), 1000), mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{startTs}') from '^\d{10}$'), ''), 1), mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{startTs}') from '^\d{13}$'), ''), 1000), mapping.instant_at(payload, '{endTime}'), mapping.instant_at(payload, '{startTime}'))
        when 'FirstGen deployment' then coalesce(mapping.epoch_at(payload, '{endedAt}', 1000), mapping.epoch_at(payload, '{startedAt}', 1000))
    end as changed_at
from variants
