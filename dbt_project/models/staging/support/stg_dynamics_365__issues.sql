{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('dynamics_365', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('incidentid') }} and ({{ has_value('title') }} or {{ has_value('ticketnumber') }} or {{ has_value('statecode') }})) then 'case'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('dynamics_365') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'case' then coalesce({{ text_at('title') }}, ('Case ' || {{ text_at('ticketnumber') }}), ('Case ' || {{ text_at('incidentid') }})) end as title,
    case variant when 'case' then nullif({{ text_at('description') }}, {{ text_at('title') }}) end as body,
    case variant when 'case' then coalesce(('priority ' || {{ text_at('prioritycode') }}), {{ text_at('prioritycode@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}) end as severity_value,
    case variant when 'case' then coalesce(('state ' || {{ text_at('statecode') }}), {{ text_at('statecode@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}) end as status_value,
    case variant when 'case' then coalesce({{ text_at('_productid_value@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}, {{ text_at('_subjectid_value@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}, {{ text_at('_productid_value') }}, {{ text_at('_subjectid_value') }}, {{ text_at('productid') }}, {{ text_at('subjectid') }}) end as service,
    case variant when 'case' then coalesce({{ text_at('casetypecode@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}, {{ text_at('casetypecode') }}) end as error_type,
    case variant when 'case' then coalesce({{ text_at('_owningteam_value@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}, {{ text_at('_ownerid_value@OData\\.Community\\.Display\\.V1\\.FormattedValue') }}, {{ text_at('_owningteam_value') }}, {{ text_at('_ownerid_value') }}, {{ text_at('ownerid') }}) end as team,
    null::text as environment,
    case variant when 'case' then (nullif(config ->> 'base_url', '') || '/main.aspx?etn=incident&pagetype=entityrecord&id=' || {{ text_at('incidentid') }}) end as external_url,
    case variant when 'case' then {{ instant_at('createdon') }} end as source_created_at,
    case variant when 'case' then coalesce({{ instant_at('resolvedon') }}, {{ instant_at('modifiedon') }}) end as resolved_at,
    case variant when 'case' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('ticketnumber') }}, 'origin', {{ value_at('caseorigincode') }}, 'escalated', {{ value_at('isescalated') }})) else '{}'::jsonb end as attributes
from variants
