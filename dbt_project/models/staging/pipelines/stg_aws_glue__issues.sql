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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'aws_glue'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'aws_glue') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'aws_glue' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{detail,jobName}') and mapping.has_value(payload, '{detail,state}')) then 'state change'
            when (mapping.has_value(payload, '{JobName}') and mapping.has_value(payload, '{JobRunState}')) then 'job run'
            when (mapping.has_value(payload, '{detail,crawlerName}') and mapping.has_value(payload, '{detail,state}')) then 'state change of a crawler'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'aws_glue'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'state change' then (mapping.text_at(payload, '{detail,jobName}') || ' ' || mapping.text_at(payload, '{detail,state}'))
        when 'job run' then (mapping.text_at(payload, '{JobName}') || ' ' || mapping.text_at(payload, '{JobRunState}'))
        when 'state change of a crawler' then (mapping.text_at(payload, '{detail,crawlerName}') || ' ' || mapping.text_at(payload, '{detail,state}'))
    end as title,
    case variant
        when 'state change' then mapping.text_at(payload, '{detail,message}')
        when 'job run' then mapping.text_at(payload, '{ErrorMessage}')
        when 'state change of a crawler' then coalesce(mapping.text_at(payload, '{detail,errorMessage}'), mapping.text_at(payload, '{detail,message}'))
    end as body,
    case variant
        when 'state change' then mapping.text_at(payload, '{detail,state}')
        when 'job run' then mapping.text_at(payload, '{JobRunState}')
        when 'state change of a crawler' then mapping.text_at(payload, '{detail,state}')
    end as severity_value,
    case variant
        when 'state change' then mapping.text_at(payload, '{detail,state}')
        when 'job run' then mapping.text_at(payload, '{JobRunState}')
        when 'state change of a crawler' then mapping.text_at(payload, '{detail,state}')
    end as status_value,
    case variant
        when 'state change' then mapping.text_at(payload, '{detail,jobName}')
        when 'job run' then mapping.text_at(payload, '{JobName}')
        when 'state change of a crawler' then mapping.text_at(payload, '{detail,crawlerName}')
    end as service,
    case variant
        when 'state change' then 'glue_job_failed'
        when 'job run' then 'glue_job_failed'
        when 'state change of a crawler' then 'glue_crawler_failed'
    end as error_type,
    null::text as team,
    case variant
        when 'state change' then mapping.text_at(payload, '{region}')
        when 'state change of a crawler' then mapping.text_at(payload, '{region}')
    end as environment,
    null::text as external_url,
    case variant
        when 'state change' then mapping.instant_at(payload, '{time}')
        when 'job run' then coalesce(mapping.instant_at(payload, '{StartedOn}'), mapping.epoch_at(payload, '{StartedOn}', 1))
        when 'state change of a crawler' then coalesce(mapping.instant_at(payload, '{detail,completionDate}'), mapping.instant_at(payload, '{time}'))
    end as source_created_at,
    case variant
        when 'state change' then mapping.instant_at(payload, '{time}')
        when 'job run' then coalesce(mapping.instant_at(payload, '{CompletedOn}'), mapping.epoch_at(payload, '{CompletedOn}', 1))
        when 'state change of a crawler' then mapping.instant_at(payload, '{time}')
    end as resolved_at,
    case variant
        when 'state change' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{account}', 'region', payload #> '{region}'))
        when 'job run' then jsonb_strip_nulls(jsonb_build_object('attempt', payload #> '{Attempt}', 'worker_type', payload #> '{WorkerType}', 'glue_version', payload #> '{GlueVersion}'))
        when 'state change of a crawler' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{account}', 'region', payload #> '{region}'))
        else '{}'::jsonb
    end as attributes
from variants
