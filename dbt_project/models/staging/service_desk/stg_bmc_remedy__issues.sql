{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bmc_remedy', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('values.Incident Number') }} or {{ has_value('Incident Number') }} or {{ has_value('incidentNumber') }}) and ({{ has_value('values.Description') }} or {{ has_value('Description') }} or {{ has_value('description') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('bmc_remedy') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('values.Description') }}, {{ text_at('Description') }}, {{ text_at('description') }}) end as title,
    case variant when 'incident' then coalesce({{ text_at('values.Detailed Decription') }}, {{ text_at('Detailed Decription') }}, {{ text_at('values.Detailed Description') }}, {{ text_at('Detailed Description') }}, {{ text_at('detailedDescription') }}, {{ text_at('notes') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('values.Priority') }}, {{ text_at('Priority') }}, {{ text_at('priority') }}, {{ text_at('values.Urgency') }}, {{ text_at('Urgency') }}, {{ text_at('urgency') }}) end as severity_value,
    case variant when 'incident' then coalesce({{ text_at('values.Status') }}, {{ text_at('Status') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'incident' then coalesce({{ text_at('values.ServiceCI') }}, {{ text_at('ServiceCI') }}, {{ text_at('values.HPD_CI') }}, {{ text_at('HPD_CI') }}, {{ text_at('values.CI Name') }}, {{ text_at('CI Name') }}, {{ text_at('values.Product Name') }}, {{ text_at('Product Name') }}, {{ text_at('serviceCI') }}, {{ text_at('productName') }}) end as service,
    case variant when 'incident' then coalesce({{ text_at('values.Categorization Tier 3') }}, {{ text_at('Categorization Tier 3') }}, {{ text_at('values.Categorization Tier 2') }}, {{ text_at('Categorization Tier 2') }}, {{ text_at('values.Categorization Tier 1') }}, {{ text_at('Categorization Tier 1') }}, {{ text_at('operationalCategorizationTier1') }}) end as error_type,
    case variant when 'incident' then coalesce({{ text_at('values.Assigned Group') }}, {{ text_at('Assigned Group') }}, {{ text_at('assignedGroup') }}) end as team,
    case variant when 'incident' then coalesce({{ text_at('values.Environment') }}, {{ text_at('Environment') }}, {{ text_at('environment') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('values.URL') }}, {{ text_at('URL') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'incident' then coalesce({{ instant_at('values.Reported Date') }}, {{ instant_at('Reported Date') }}, {{ instant_at('values.Submit Date') }}, {{ instant_at('Submit Date') }}, {{ instant_at('values.Create Date') }}, {{ instant_at('Create Date') }}, {{ instant_at('submitDate') }}, {{ instant_at('reportedDate') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('values.Last Resolved Date') }}, {{ instant_at('Last Resolved Date') }}, {{ instant_at('values.Closed Date') }}, {{ instant_at('Closed Date') }}, {{ instant_at('values.Last Modified Date') }}, {{ instant_at('Last Modified Date') }}, {{ instant_at('values.Modified Date') }}, {{ instant_at('Modified Date') }}, {{ instant_at('lastResolvedDate') }}, {{ instant_at('lastModifiedDate') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif({{ value_at('values.Incident Number') }}, 'null'), nullif({{ value_at('Incident Number') }}, 'null'), nullif({{ value_at('incidentNumber') }}, 'null')), 'impact', coalesce(nullif({{ value_at('values.Impact') }}, 'null'), nullif({{ value_at('Impact') }}, 'null'), nullif({{ value_at('impact') }}, 'null')), 'urgency', coalesce(nullif({{ value_at('values.Urgency') }}, 'null'), nullif({{ value_at('Urgency') }}, 'null'), nullif({{ value_at('urgency') }}, 'null')), 'service_type', coalesce(nullif({{ value_at('values.Service_Type') }}, 'null'), nullif({{ value_at('Service_Type') }}, 'null'), nullif({{ value_at('values.Service Type') }}, 'null'), nullif({{ value_at('Service Type') }}, 'null'), nullif({{ value_at('serviceType') }}, 'null')), 'company', coalesce(nullif({{ value_at('values.Company') }}, 'null'), nullif({{ value_at('Company') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
