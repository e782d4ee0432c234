{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('qualys', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('QID') }} and ({{ has_value('STATUS') }} or {{ has_value('FIRST_FOUND_DATETIME') }} or {{ has_value('UNIQUE_VULN_ID') }})) then 'detection on a host'
            when (kind in ('scan') and {{ has_value('REF') }} and {{ has_value('STATUS.STATE') }}) then 'scan that did not finish'
            when ({{ has_value('QID') }} and {{ has_value('TITLE') }}) then 'vulnerability of the knowledge base'
        end as variant
    from records

)

select
    {{ record_columns('qualys') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'detection on a host' then coalesce({{ text_at('TITLE') }}, ('Qualys QID ' || {{ text_at('QID') }})) when 'scan that did not finish' then nullif(concat_ws(' ', 'Scan', {{ text_at('TITLE') }}, {{ text_at('STATUS.STATE') }}), '') when 'vulnerability of the knowledge base' then {{ text_at('TITLE') }} end as title,
    case variant when 'detection on a host' then {{ text_at('RESULTS') }} when 'vulnerability of the knowledge base' then coalesce({{ text_at('DIAGNOSIS') }}, {{ text_at('CONSEQUENCE') }}) end as body,
    case variant when 'detection on a host' then ('level ' || {{ text_at('SEVERITY') }}) when 'scan that did not finish' then 'warning' when 'vulnerability of the knowledge base' then coalesce(('level ' || {{ text_at('SEVERITY_LEVEL') }}), ('level ' || {{ text_at('SEVERITY') }})) end as severity_value,
    case variant when 'detection on a host' then {{ text_at('STATUS') }} when 'scan that did not finish' then case when coalesce(lower({{ text_at('STATUS.STATE') }}) in ('finished'), false) then 'Finished' else {{ text_at('STATUS.STATE') }} end when 'vulnerability of the knowledge base' then {{ text_at('STATUS') }} end as status_value,
    case variant when 'detection on a host' then coalesce({{ text_at('HOST_NAME') }}, {{ text_at('DNS') }}, {{ text_at('NETBIOS') }}, {{ text_at('IP') }}) when 'scan that did not finish' then {{ text_at('TARGET') }} when 'vulnerability of the knowledge base' then coalesce({{ text_at('SOFTWARE_LIST.SOFTWARE.PRODUCT') }}, {{ text_at('SOFTWARE_LIST.SOFTWARE.0.PRODUCT') }}, {{ text_at('CATEGORY') }}) end as service,
    case variant when 'detection on a host' then coalesce({{ text_at('CVE_LIST.CVE.0.ID') }}, {{ text_at('TYPE') }}, {{ text_at('QID') }}) when 'scan that did not finish' then coalesce({{ text_at('STATUS.SUB_STATE') }}, {{ text_at('STATUS.STATE') }}) when 'vulnerability of the knowledge base' then coalesce({{ text_at('CVE_LIST.CVE.0.ID') }}, {{ text_at('VULN_TYPE') }}, {{ text_at('CATEGORY') }}) end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'vulnerability of the knowledge base' then coalesce({{ text_at('VENDOR_REFERENCE_LIST.VENDOR_REFERENCE.0.URL') }}, {{ text_at('VENDOR_REFERENCE_LIST.VENDOR_REFERENCE.URL') }}) end as external_url,
    case variant when 'detection on a host' then {{ instant_at('FIRST_FOUND_DATETIME') }} when 'scan that did not finish' then {{ instant_at('LAUNCH_DATETIME') }} when 'vulnerability of the knowledge base' then coalesce({{ instant_at('PUBLISHED_DATETIME') }}, {{ instant_at('LAST_SERVICE_MODIFICATION_DATETIME') }}) end as source_created_at,
    case variant when 'detection on a host' then coalesce({{ instant_at('LAST_FIXED_DATETIME') }}, {{ instant_at('LAST_UPDATE_DATETIME') }}) end as resolved_at,
    case variant when 'detection on a host' then jsonb_strip_nulls(jsonb_build_object('qid', {{ value_at('QID') }}, 'port', {{ value_at('PORT') }}, 'times_found', {{ value_at('TIMES_FOUND') }})) when 'scan that did not finish' then jsonb_strip_nulls(jsonb_build_object('reference', {{ value_at('REF') }}, 'type', {{ value_at('TYPE') }})) when 'vulnerability of the knowledge base' then jsonb_strip_nulls(jsonb_build_object('qid', {{ value_at('QID') }}, 'category', {{ value_at('CATEGORY') }}, 'solution', {{ value_at('SOLUTION') }})) else '{}'::jsonb end as attributes
from variants
