{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('splunk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('sid') }} and {{ has_value('search_name') }}) then 'alert of the webhook action'
            when ({{ has_value('event_id') }} and ({{ has_value('rule_name') }} or {{ has_value('rule_title') }} or {{ has_value('search_name') }})) then 'notable event'
            when {{ has_value('content.savedsearch_name') }} then 'fired alert'
            when (({{ has_value('incident_id') }} or {{ has_value('investigation_guid') }}) and ({{ has_value('name') }} or {{ has_value('title') }})) then 'finding or investigation of Mission Control'
        end as variant
    from records

)

select
    {{ record_columns('splunk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.rule_title') }}, {{ text_at('search_name') }}) when 'notable event' then coalesce({{ text_at('rule_title') }}, {{ text_at('search_name') }}, {{ text_at('rule_name') }}) when 'fired alert' then {{ text_at('content.savedsearch_name') }} when 'finding or investigation of Mission Control' then coalesce({{ text_at('title') }}, {{ text_at('name') }}) end as title,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.rule_description') }}, {{ text_at('result.message') }}, {{ text_at('result._raw') }}) when 'notable event' then coalesce({{ text_at('rule_description') }}, {{ text_at('description') }}, {{ text_at('_raw') }}) when 'finding or investigation of Mission Control' then {{ text_at('description') }} end as body,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.urgency') }}, {{ text_at('result.severity') }}, {{ text_at('severity') }}, {{ text_at('result.priority') }}) when 'notable event' then coalesce({{ text_at('urgency') }}, {{ text_at('severity') }}) when 'fired alert' then {{ text_at('content.severity') }} when 'finding or investigation of Mission Control' then coalesce({{ text_at('urgency') }}, {{ text_at('severity') }}) end as severity_value,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.status_label') }}, {{ text_at('result.status') }}, 'triggered') when 'notable event' then coalesce({{ text_at('status_label') }}, {{ text_at('status') }}) when 'fired alert' then 'triggered' when 'finding or investigation of Mission Control' then coalesce({{ text_at('status_name') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.service') }}, {{ text_at('result.dest') }}, {{ text_at('result.host') }}, {{ text_at('result.source') }}, {{ text_at('app') }}) when 'notable event' then coalesce({{ text_at('dest') }}, {{ text_at('dvc') }}, {{ text_at('host') }}, {{ text_at('src') }}, {{ text_at('source') }}) when 'fired alert' then coalesce({{ text_at('acl.app') }}, {{ text_at('content.app') }}) when 'finding or investigation of Mission Control' then coalesce({{ text_at('app') }}, {{ text_at('source') }}) end as service,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.error_type') }}, {{ text_at('result.signature') }}, {{ text_at('result.sourcetype') }}) when 'notable event' then coalesce({{ text_at('security_domain') }}, {{ text_at('savedsearch_name') }}, {{ text_at('rule_name') }}) when 'finding or investigation of Mission Control' then coalesce({{ text_at('incident_type') }}, {{ text_at('investigation_type') }}) end as error_type,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.owner') }}, {{ text_at('owner') }}) when 'notable event' then coalesce({{ text_at('owner_realname') }}, {{ text_at('owner') }}) when 'fired alert' then coalesce({{ text_at('acl.owner') }}, {{ text_at('author') }}) when 'finding or investigation of Mission Control' then coalesce({{ text_at('owner') }}, {{ text_at('assignee') }}) end as team,
    case variant when 'alert of the webhook action' then coalesce({{ text_at('result.environment') }}, {{ text_at('result.env') }}, {{ text_at('result.index') }}) when 'notable event' then {{ text_at('index') }} end as environment,
    case variant when 'alert of the webhook action' then {{ text_at('results_link') }} when 'notable event' then coalesce({{ text_at('drilldown_search_link') }}, {{ text_at('results_link') }}) when 'fired alert' then {{ text_at('links.alternate') }} end as external_url,
    case variant when 'alert of the webhook action' then coalesce({{ seconds_at('result._time') }}, {{ instant_at('result._time') }}, {{ seconds_at('result._indextime') }}, {{ instant_at('result._indextime') }}, {{ seconds_at('result.trigger_time') }}) when 'notable event' then coalesce({{ instant_at('_time') }}, {{ seconds_at('_time') }}) when 'fired alert' then coalesce({{ seconds_at('content.trigger_time') }}, {{ instant_at('published') }}, {{ instant_at('updated') }}) when 'finding or investigation of Mission Control' then coalesce({{ instant_at('create_time') }}, {{ seconds_at('create_time') }}) end as source_created_at,
    case variant when 'notable event' then coalesce({{ instant_at('review_time') }}, {{ seconds_at('review_time') }}) when 'finding or investigation of Mission Control' then coalesce({{ instant_at('update_time') }}, {{ seconds_at('update_time') }}) end as resolved_at,
    case variant when 'alert of the webhook action' then jsonb_strip_nulls(jsonb_build_object('app', {{ value_at('app') }})) when 'notable event' then jsonb_strip_nulls(jsonb_build_object('user', {{ value_at('user') }}, 'risk_score', {{ value_at('risk_score') }}, 'owner', {{ value_at('owner') }})) when 'fired alert' then jsonb_strip_nulls(jsonb_build_object('alert_type', {{ value_at('content.alert_type') }}, 'digest', {{ value_at('content.digest_mode') }})) else '{}'::jsonb end as attributes
from variants
