{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('tenable', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('plugin.name') }} and {{ has_value('asset') }}) then 'exported finding'
            when {{ has_value('plugin_details.name') }} then 'details of a vulnerability'
            when ({{ has_value('plugin_id') }} and {{ has_value('plugin_name') }}) then 'vulnerability of a workbench'
            when ({{ has_value('check_name') }} and {{ has_value('status') }} and ({{ has_value('asset_uuid') }} or {{ has_value('asset') }})) then 'compliance finding'
        end as variant
    from records

)

select
    {{ record_columns('tenable') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'exported finding' then {{ text_at('plugin.name') }} when 'details of a vulnerability' then {{ text_at('plugin_details.name') }} when 'vulnerability of a workbench' then {{ text_at('plugin_name') }} when 'compliance finding' then {{ text_at('check_name') }} end as title,
    case variant when 'exported finding' then coalesce({{ text_at('output') }}, {{ text_at('plugin.synopsis') }}, {{ text_at('plugin.description') }}) when 'details of a vulnerability' then coalesce({{ text_at('synopsis') }}, {{ text_at('description') }}) when 'compliance finding' then {{ text_at('check_info') }} end as body,
    case variant when 'exported finding' then coalesce({{ text_at('severity') }}, {{ text_at('severity_id') }}, {{ text_at('plugin.risk_factor') }}) when 'details of a vulnerability' then coalesce({{ text_at('risk_information.risk_factor') }}, {{ text_at('severity') }}) when 'vulnerability of a workbench' then {{ text_at('severity') }} when 'compliance finding' then {{ text_at('status') }} end as severity_value,
    case variant when 'exported finding' then {{ text_at('state') }} when 'details of a vulnerability' then {{ text_at('vulnerability_state') }} when 'vulnerability of a workbench' then coalesce({{ text_at('vulnerability_state') }}, {{ text_at('state') }}) when 'compliance finding' then coalesce({{ text_at('state') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'exported finding' then coalesce({{ text_at('asset.hostname') }}, {{ text_at('asset.fqdn') }}, {{ text_at('asset.ipv4') }}) when 'details of a vulnerability' then {{ text_at('plugin_details.family') }} when 'vulnerability of a workbench' then {{ text_at('plugin_family') }} when 'compliance finding' then coalesce({{ text_at('asset.hostname') }}, {{ text_at('asset_uuid') }}) end as service,
    case variant when 'exported finding' then coalesce({{ text_at('plugin.cve.0') }}, {{ text_at('plugin.family') }}, {{ text_at('plugin.id') }}) when 'details of a vulnerability' then coalesce({{ text_at('reference_information.0.values.0') }}, {{ text_at('plugin_details.family') }}) when 'vulnerability of a workbench' then coalesce({{ text_at('plugin_family') }}, {{ text_at('plugin_id') }}) when 'compliance finding' then coalesce({{ text_at('audit_file') }}, {{ text_at('check_id') }}) end as error_type,
    null::text as team,
    case variant when 'exported finding' then coalesce({{ text_at('asset.network_name') }}, {{ text_at('asset.network_id') }}) end as environment,
    case variant when 'exported finding' then {{ text_at('plugin.see_also.0') }} when 'details of a vulnerability' then {{ text_at('see_also.0') }} end as external_url,
    case variant when 'exported finding' then coalesce({{ instant_at('first_found') }}, {{ instant_at('indexed') }}) when 'details of a vulnerability' then coalesce({{ instant_at('discovery.seen_first') }}, {{ instant_at('plugin_details.publication_date') }}) when 'vulnerability of a workbench' then coalesce({{ instant_at('first_found') }}, {{ instant_at('discovery.seen_first') }}) when 'compliance finding' then {{ instant_at('first_seen') }} end as source_created_at,
    case variant when 'exported finding' then coalesce({{ instant_at('last_fixed') }}, {{ instant_at('last_found') }}) when 'vulnerability of a workbench' then {{ instant_at('last_found') }} when 'compliance finding' then {{ instant_at('last_fixed') }} end as resolved_at,
    case variant when 'exported finding' then jsonb_strip_nulls(jsonb_build_object('plugin', {{ value_at('plugin.id') }}, 'port', {{ value_at('port.port') }}, 'solution', {{ value_at('plugin.solution') }})) when 'details of a vulnerability' then jsonb_strip_nulls(jsonb_build_object('solution', {{ value_at('solution') }}, 'count', {{ value_at('count') }})) when 'vulnerability of a workbench' then jsonb_strip_nulls(jsonb_build_object('plugin', {{ value_at('plugin_id') }}, 'count', {{ value_at('count') }})) else '{}'::jsonb end as attributes
from variants
