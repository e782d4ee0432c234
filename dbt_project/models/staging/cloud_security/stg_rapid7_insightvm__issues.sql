{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('rapid7_insightvm', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('critical_vulnerabilities') }} and {{ has_value('last_assessed_for_vulnerabilities') }}) then 'asset with vulnerabilities'
            when (kind in ('scan') and ({{ has_value('scanName') }} or {{ has_value('scanType') }}) and {{ has_value('status') }}) then 'scan that did not finish'
            when ({{ has_value('title') }} and ({{ has_value('severityScore') }} or {{ has_value('severity_score') }} or {{ has_value('cvss') }})) then 'vulnerability'
        end as variant
    from records

)

select
    {{ record_columns('rapid7_insightvm') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'asset with vulnerabilities' then nullif(concat_ws(': ', {{ text_at('host_name') }}, ({{ text_at('critical_vulnerabilities') }} || ' critical vulnerabilities')), '') when 'scan that did not finish' then nullif(concat_ws(' ', 'Scan', {{ text_at('scanName') }}, {{ text_at('status') }}), '') when 'vulnerability' then {{ text_at('title') }} end as title,
    case variant when 'scan that did not finish' then {{ text_at('message') }} when 'vulnerability' then coalesce({{ text_at('description.text') }}, {{ text_at('description') }}) end as body,
    case variant when 'asset with vulnerabilities' then case when coalesce({{ text_at('critical_vulnerabilities') }} ~* '^[1-9]', false) then 'critical' else case when coalesce({{ text_at('severe_vulnerabilities') }} ~* '^[1-9]', false) then 'severe' else 'moderate' end end when 'scan that did not finish' then 'warning' when 'vulnerability' then coalesce({{ text_at('severity') }}, case when case when coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}))::numeric end >= 8 then 'critical' when case when coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}))::numeric end >= 4 then 'severe' when case when coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('severityScore') }}, {{ text_at('severity_score') }}))::numeric end >= 0 then 'moderate' end) end as severity_value,
    case variant when 'asset with vulnerabilities' then case when coalesce({{ text_at('total_vulnerabilities') }} ~* '^0$', false) then 'remediated' else 'vulnerable' end when 'scan that did not finish' then {{ text_at('status') }} end as status_value,
    case variant when 'asset with vulnerabilities' then coalesce({{ text_at('host_name') }}, {{ text_at('ip') }}) when 'scan that did not finish' then coalesce({{ text_at('siteName') }}, {{ text_at('engineName') }}) when 'vulnerability' then {{ text_at('categories.0') }} end as service,
    case variant when 'asset with vulnerabilities' then coalesce({{ text_at('new.0.vulnerability_id') }}, {{ text_at('same.0.vulnerability_id') }}) when 'scan that did not finish' then {{ text_at('status') }} when 'vulnerability' then coalesce({{ text_at('cves.0') }}, {{ text_at('id') }}) end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'scan that did not finish' then {{ text_at('links.0.href') }} when 'vulnerability' then {{ text_at('links.0.href') }} end as external_url,
    case variant when 'asset with vulnerabilities' then coalesce({{ instant_at('last_scan_end') }}, {{ instant_at('last_assessed_for_vulnerabilities') }}) when 'scan that did not finish' then coalesce({{ instant_at('startTime') }}, {{ instant_at('endTime') }}) when 'vulnerability' then coalesce({{ instant_at('added') }}, {{ instant_at('published') }}) end as source_created_at,
    case variant when 'asset with vulnerabilities' then {{ instant_at('last_scan_end') }} end as resolved_at,
    case variant when 'asset with vulnerabilities' then jsonb_strip_nulls(jsonb_build_object('risk_score', {{ value_at('risk_score') }}, 'total', {{ value_at('total_vulnerabilities') }})) when 'vulnerability' then jsonb_strip_nulls(jsonb_build_object('risk_score', coalesce(nullif({{ value_at('riskScore') }}, 'null'), nullif({{ value_at('risk_score') }}, 'null')), 'cves', {{ value_at('cves') }})) else '{}'::jsonb end as attributes
from variants
