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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dynamics_365'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dynamics_365') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dynamics_365' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{incidentid}') and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{ticketnumber}') or mapping.has_value(payload, '{statecode}'))) then 'case'
            when (mapping.has_value(payload, '{PrimaryEntityId}') and coalesce(lower(mapping.text_at(payload, '{PrimaryEntityName}')) in ('incident'), false)) then 'context of a service endpoint'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'dynamics_365'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{title}'), ('Case ' || mapping.text_at(payload, '{ticketnumber}')), ('Case ' || mapping.text_at(payload, '{incidentid}')))
        when 'context of a service endpoint' then coalesce(mapping.element_at(payload, '{InputParameters,0,value,Attributes}', '{key}', 'title', '{value}'), ('Case ' || mapping.text_at(payload, '{PrimaryEntityId}')))
    end as title,
    case variant
        when 'case' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{title}'))
        when 'context of a service endpoint' then mapping.element_at(payload, '{InputParameters,0,value,Attributes}', '{key}', 'description', '{value}')
    end as body,
    case variant
        when 'case' then coalesce(('priority ' || mapping.text_at(payload, '{prioritycode}')), mapping.text_at(payload, '{"prioritycode@OData.Community.Display.V1.FormattedValue"}'))
        when 'context of a service endpoint' then ('priority ' || nullif(substring(mapping.element_at(payload, '{InputParameters,0,value,Attributes}', '{key}', 'prioritycode', '{value}') from '\d+'), ''))
    end as severity_value,
    case variant
        when 'case' then coalesce(('state ' || mapping.text_at(payload, '{statecode}')), mapping.text_at(payload, '{"statecode@OData.Community.Display.V1.FormattedValue"}'))
        when 'context of a service endpoint' then ('state ' || nullif(substring(mapping.element_at(payload, '{InputParameters,0,value,Attributes}', '{key}', 'statecode', '{value}') from '\d+'), ''))
    end as status_value,
    case variant when 'case' then coalesce(mapping.text_at(payload, '{"_productid_value@OData.Community.Display.V1.FormattedValue"}'), mapping.text_at(payload, '{"_subjectid_value@OData.Community.Display.V1.FormattedValue"}'), mapping.text_at(payload, '{_productid_value}'), mapping.text_at(payload, '{_subjectid_value}'), mapping.text_at(payload, '{productid}'), mapping.text_at(payload, '{subjectid}')) end as service,
    case variant when 'case' then coalesce(mapping.text_at(payload, '{"casetypecode@OData.Community.Display.V1.FormattedValue"}'), mapping.text_at(payload, '{casetypecode}')) end as error_type,
    case variant when 'case' then coalesce(mapping.text_at(payload, '{"_owningteam_value@OData.Community.Display.V1.FormattedValue"}'), mapping.text_at(payload, '{"_ownerid_value@OData.Community.Display.V1.FormattedValue"}'), mapping.text_at(payload, '{_owningteam_value}'), mapping.text_at(payload, '{_ownerid_value}'), mapping.text_at(payload, '{ownerid}')) end as team,
    null::text as environment,
    case variant
        when 'case' then (nullif(config ->> 'base_url', '') || '/main.aspx?etn=incident&pagetype=entityrecord&id=' || mapping.text_at(payload, '{incidentid}'))
        when 'context of a service endpoint' then (nullif(config ->> 'base_url', '') || '/main.aspx?etn=incident&pagetype=entityrecord&id=' || mapping.text_at(payload, '{PrimaryEntityId}'))
    end as external_url,
    case variant
        when 'case' then mapping.instant_at(payload, '{createdon}')
        when 'context of a service endpoint' then mapping.epoch_of(case when coalesce(lower(mapping.text_at(payload, '{MessageName}')) in ('create'), false) then nullif(substring(mapping.text_at(payload, '{OperationCreatedOn}') from '^/Date\((\d{13})'), '') else null::text end, 1000)
    end as source_created_at,
    case variant
        when 'case' then coalesce(mapping.instant_at(payload, '{resolvedon}'), mapping.instant_at(payload, '{modifiedon}'))
        when 'context of a service endpoint' then mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{OperationCreatedOn}') from '^/Date\((\d{13})'), ''), 1000)
    end as resolved_at,
    case variant
        when 'case' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{ticketnumber}', 'origin', payload #> '{caseorigincode}', 'escalated', payload #> '{isescalated}'))
        when 'context of a service endpoint' then jsonb_strip_nulls(jsonb_build_object('number', mapping.element_at(payload, '{InputParameters,0,value,Attributes}', '{key}', 'ticketnumber', '{value}'), 'message', payload #> '{MessageName}'))
        else '{}'::jsonb
    end as attributes
from variants
