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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'aws_security_hub'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'aws_security_hub') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'aws_security_hub' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{Title}') and (mapping.has_value(payload, '{GeneratorId}') or mapping.has_value(payload, '{AwsAccountId}') or mapping.has_value(payload, '{ProductArn}'))) then 'finding'
            when (mapping.has_value(payload, '{finding_info,title}') and (mapping.has_value(payload, '{class_uid}') or mapping.has_value(payload, '{class_name}'))) then 'finding in the OCSF format'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'aws_security_hub'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'finding' then mapping.text_at(payload, '{Title}')
        when 'finding in the OCSF format' then mapping.text_at(payload, '{finding_info,title}')
    end as title,
    case variant
        when 'finding' then mapping.text_at(payload, '{Description}')
        when 'finding in the OCSF format' then mapping.text_at(payload, '{finding_info,desc}')
    end as body,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{Severity,Label}'), mapping.text_at(payload, '{FindingProviderFields,Severity,Label}'), case when case when mapping.text_at(payload, '{Severity,Normalized}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity,Normalized}'))::numeric end >= 90 then 'critical' when case when mapping.text_at(payload, '{Severity,Normalized}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity,Normalized}'))::numeric end >= 70 then 'high' when case when mapping.text_at(payload, '{Severity,Normalized}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity,Normalized}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{Severity,Normalized}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity,Normalized}'))::numeric end >= 0 then 'low' end)
        when 'finding in the OCSF format' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'finding' then case when coalesce(lower(mapping.text_at(payload, '{RecordState}')) in ('archived'), false) then 'ARCHIVED' else case when coalesce(lower(mapping.text_at(payload, '{Compliance,Status}')) in ('passed'), false) then 'PASSED' else coalesce(mapping.text_at(payload, '{Workflow,Status}'), mapping.text_at(payload, '{WorkflowState}')) end end
        when 'finding in the OCSF format' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{compliance,status}'))
    end as status_value,
    case variant
        when 'finding' then coalesce(mapping.tag_at(payload, '{Resources,0,Tags}', 'service|app|application'), mapping.text_at(payload, '{Resources,0,Id}'), mapping.text_at(payload, '{ProductName}'))
        when 'finding in the OCSF format' then coalesce(mapping.text_at(payload, '{resources,0,name}'), mapping.text_at(payload, '{resources,0,uid}'), mapping.text_at(payload, '{metadata,product,name}'))
    end as service,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{Compliance,SecurityControlId}'), mapping.text_at(payload, '{Types,0}'), mapping.text_at(payload, '{GeneratorId}'))
        when 'finding in the OCSF format' then coalesce(mapping.text_at(payload, '{compliance,control}'), mapping.text_at(payload, '{finding_info,types,0}'), mapping.text_at(payload, '{class_name}'))
    end as error_type,
    case variant
        when 'finding' then coalesce(mapping.tag_at(payload, '{Resources,0,Tags}', 'team|owner'), mapping.text_at(payload, '{AwsAccountId}'))
        when 'finding in the OCSF format' then mapping.text_at(payload, '{cloud,account,uid}')
    end as team,
    case variant
        when 'finding' then mapping.tag_at(payload, '{Resources,0,Tags}', 'environment|env|stage')
        when 'finding in the OCSF format' then mapping.tag_at(payload, '{resources,0,tags}', 'environment|env|stage')
    end as environment,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{SourceUrl}'), mapping.text_at(payload, '{Remediation,Recommendation,Url}'))
        when 'finding in the OCSF format' then mapping.text_at(payload, '{finding_info,src_url}')
    end as external_url,
    case variant
        when 'finding' then coalesce(mapping.instant_at(payload, '{CreatedAt}'), mapping.instant_at(payload, '{FirstObservedAt}'))
        when 'finding in the OCSF format' then coalesce(mapping.instant_at(payload, '{finding_info,created_time_dt}'), mapping.epoch_at(payload, '{finding_info,created_time}', 1000), mapping.epoch_at(payload, '{time}', 1000))
    end as source_created_at,
    case variant
        when 'finding' then mapping.instant_at(payload, '{UpdatedAt}')
        when 'finding in the OCSF format' then coalesce(mapping.instant_at(payload, '{finding_info,modified_time_dt}'), mapping.epoch_at(payload, '{finding_info,modified_time}', 1000))
    end as resolved_at,
    case variant
        when 'finding' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{Region}', 'account', payload #> '{AwsAccountId}', 'product', payload #> '{ProductName}', 'resource_type', payload #> '{Resources,0,Type}', 'compliance', payload #> '{Compliance,Status}'))
        when 'finding in the OCSF format' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{cloud,region}', 'account', payload #> '{cloud,account,uid}'))
        else '{}'::jsonb
    end as attributes
from variants
