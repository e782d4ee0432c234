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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bmc_remedy'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bmc_remedy') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bmc_remedy' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{values,"Incident Number"}') or mapping.has_value(payload, '{"Incident Number"}') or mapping.has_value(payload, '{incidentNumber}')) and (mapping.has_value(payload, '{values,Description}') or mapping.has_value(payload, '{Description}') or mapping.has_value(payload, '{description}'))) then 'incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bmc_remedy'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,Description}'), mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{description}')) end as title,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,"Detailed Decription"}'), mapping.text_at(payload, '{"Detailed Decription"}'), mapping.text_at(payload, '{values,"Detailed Description"}'), mapping.text_at(payload, '{"Detailed Description"}'), mapping.text_at(payload, '{detailedDescription}'), mapping.text_at(payload, '{notes}')) end as body,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,Priority}'), mapping.text_at(payload, '{Priority}'), mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{values,Urgency}'), mapping.text_at(payload, '{Urgency}'), mapping.text_at(payload, '{urgency}')) end as severity_value,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,Status}'), mapping.text_at(payload, '{Status}'), mapping.text_at(payload, '{status}')) end as status_value,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,ServiceCI}'), mapping.text_at(payload, '{ServiceCI}'), mapping.text_at(payload, '{values,HPD_CI}'), mapping.text_at(payload, '{HPD_CI}'), mapping.text_at(payload, '{values,"CI Name"}'), mapping.text_at(payload, '{"CI Name"}'), mapping.text_at(payload, '{values,"Product Name"}'), mapping.text_at(payload, '{"Product Name"}'), mapping.text_at(payload, '{serviceCI}'), mapping.text_at(payload, '{productName}')) end as service,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,"Categorization Tier 3"}'), mapping.text_at(payload, '{"Categorization Tier 3"}'), mapping.text_at(payload, '{values,"Categorization Tier 2"}'), mapping.text_at(payload, '{"Categorization Tier 2"}'), mapping.text_at(payload, '{values,"Categorization Tier 1"}'), mapping.text_at(payload, '{"Categorization Tier 1"}'), mapping.text_at(payload, '{operationalCategorizationTier1}')) end as error_type,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,"Assigned Group"}'), mapping.text_at(payload, '{"Assigned Group"}'), mapping.text_at(payload, '{assignedGroup}')) end as team,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,Environment}'), mapping.text_at(payload, '{Environment}'), mapping.text_at(payload, '{environment}')) end as environment,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{values,URL}'), mapping.text_at(payload, '{URL}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{values,"Reported Date"}'), mapping.instant_at(payload, '{"Reported Date"}'), mapping.instant_at(payload, '{values,"Submit Date"}'), mapping.instant_at(payload, '{"Submit Date"}'), mapping.instant_at(payload, '{values,"Create Date"}'), mapping.instant_at(payload, '{"Create Date"}'), mapping.instant_at(payload, '{submitDate}'), mapping.instant_at(payload, '{reportedDate}')) end as source_created_at,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{values,"Last Resolved Date"}'), mapping.instant_at(payload, '{"Last Resolved Date"}'), mapping.instant_at(payload, '{values,"Closed Date"}'), mapping.instant_at(payload, '{"Closed Date"}'), mapping.instant_at(payload, '{values,"Last Modified Date"}'), mapping.instant_at(payload, '{"Last Modified Date"}'), mapping.instant_at(payload, '{values,"Modified Date"}'), mapping.instant_at(payload, '{"Modified Date"}'), mapping.instant_at(payload, '{lastResolvedDate}'), mapping.instant_at(payload, '{lastModifiedDate}')) end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif(payload #> '{values,"Incident Number"}', 'null'), nullif(payload #> '{"Incident Number"}', 'null'), nullif(payload #> '{incidentNumber}', 'null')), 'impact', coalesce(nullif(payload #> '{values,Impact}', 'null'), nullif(payload #> '{Impact}', 'null'), nullif(payload #> '{impact}', 'null')), 'urgency', coalesce(nullif(payload #> '{values,Urgency}', 'null'), nullif(payload #> '{Urgency}', 'null'), nullif(payload #> '{urgency}', 'null')), 'service_type', coalesce(nullif(payload #> '{values,Service_Type}', 'null'), nullif(payload #> '{Service_Type}', 'null'), nullif(payload #> '{values,"Service Type"}', 'null'), nullif(payload #> '{"Service Type"}', 'null'), nullif(payload #> '{serviceType}', 'null')), 'company', coalesce(nullif(payload #> '{values,Company}', 'null'), nullif(payload #> '{Company}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
