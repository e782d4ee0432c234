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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jira'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jira') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jira' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when true then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'jira'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then mapping.text_at(payload, '{fields,summary}') end as title,
    case variant when 'issue' then mapping.document_at(payload, '{fields,description}') end as body,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{fields,priority,name}'), nullif(substring(mapping.text_at(payload, '{fields,priority}') from '^[^{].*'), '')) end as severity_value,
    case variant when 'issue' then case when coalesce(lower(mapping.text_at(payload, '{webhookEvent}')) in ('jira:issue_deleted'), false) then 'deleted' else coalesce(mapping.text_at(payload, '{fields,status,statusCategory,key}'), mapping.text_at(payload, '{fields,status,name}')) end end as status_value,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{fields,components,0,name}'), mapping.tag_at(payload, '{fields,labels}', 'service|component')) end as service,
    null::text as error_type,
    case variant when 'issue' then coalesce(mapping.tag_at(payload, '{fields,labels}', 'team'), mapping.text_at(payload, '{fields,project,name}'), mapping.text_at(payload, '{fields,project,key}')) end as team,
    case variant when 'issue' then coalesce(nullif(substring(mapping.document_at(payload, '{fields,environment}') from '^(?:.|\n){1,200}'), ''), mapping.tag_at(payload, '{fields,labels}', 'env|environment')) end as environment,
    case variant when 'issue' then (nullif(substring(mapping.text_at(payload, '{self}') from '^https?://[^/]+'), '') || '/browse/' || mapping.text_at(payload, '{key}')) end as external_url,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{fields,created}'), mapping.epoch_at(payload, '{fields,created}', 1000)) end as source_created_at,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{fields,resolutiondate}'), mapping.epoch_at(payload, '{fields,resolutiondate}', 1000)) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', payload #> '{key}', 'component', payload #> '{fields,components,1,name}', 'project', payload #> '{fields,project,key}', 'labels', payload #> '{fields,labels}', 'issue_type', payload #> '{fields,issuetype,name}', 'vendor_status', payload #> '{fields,status,name}'))
        else '{}'::jsonb
    end as attributes
from variants
