{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('wazuh', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('_source.rule.description') }} then 'indexed alert'
            when {{ has_value('rule.description') }} then 'alert'
            when ({{ has_value('message') }} and {{ has_value('severity') }} and ({{ has_value('created_at') }} or {{ has_value('all_fields') }})) then 'alert of an integration script'
        end as variant
    from records

)

select
    {{ record_columns('wazuh') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'indexed alert' then {{ text_at('_source.rule.description') }} when 'alert' then {{ text_at('rule.description') }} when 'alert of an integration script' then coalesce({{ text_at('title') }}, {{ text_at('message') }}) end as title,
    case variant when 'indexed alert' then {{ text_at('_source.full_log') }} when 'alert' then {{ text_at('full_log') }} when 'alert of an integration script' then coalesce({{ text_at('description') }}, {{ text_at('text') }}) end as body,
    case variant when 'indexed alert' then case when case when {{ text_at('_source.rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('_source.rule.level') }})::numeric end >= 12 then 'critical' when case when {{ text_at('_source.rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('_source.rule.level') }})::numeric end >= 8 then 'high' when case when {{ text_at('_source.rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('_source.rule.level') }})::numeric end >= 5 then 'medium' when case when {{ text_at('_source.rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('_source.rule.level') }})::numeric end >= 0 then 'low' end when 'alert' then case when case when {{ text_at('rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('rule.level') }})::numeric end >= 12 then 'critical' when case when {{ text_at('rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('rule.level') }})::numeric end >= 8 then 'high' when case when {{ text_at('rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('rule.level') }})::numeric end >= 5 then 'medium' when case when {{ text_at('rule.level') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('rule.level') }})::numeric end >= 0 then 'low' end when 'alert of an integration script' then {{ text_at('severity') }} end as severity_value,
    case variant when 'indexed alert' then 'triggered' when 'alert' then 'triggered' when 'alert of an integration script' then coalesce({{ text_at('status') }}, 'triggered') end as status_value,
    case variant when 'indexed alert' then coalesce({{ text_at('_source.agent.name') }}, {{ text_at('_source.predecoder.hostname') }}, {{ text_at('_source.manager.name') }}) when 'alert' then coalesce({{ text_at('agent.name') }}, {{ text_at('predecoder.hostname') }}, {{ text_at('manager.name') }}) when 'alert of an integration script' then coalesce({{ text_at('all_fields.agent.name') }}, {{ text_at('agent_name') }}) end as service,
    case variant when 'indexed alert' then coalesce({{ text_at('_source.rule.mitre.technique.0') }}, {{ text_at('_source.rule.groups.0') }}, {{ text_at('_source.rule.id') }}) when 'alert' then coalesce({{ text_at('rule.mitre.technique.0') }}, {{ text_at('rule.groups.0') }}, {{ text_at('rule.id') }}) when 'alert of an integration script' then coalesce({{ text_at('all_fields.rule.groups.0') }}, {{ text_at('rule_id') }}) end as error_type,
    case variant when 'indexed alert' then coalesce({{ text_at('_source.agent.labels.team') }}, {{ text_at('_source.agent.labels.group') }}) when 'alert' then coalesce({{ text_at('agent.labels.team') }}, {{ text_at('agent.labels.group') }}) end as team,
    case variant when 'indexed alert' then coalesce({{ text_at('_source.agent.labels.environment') }}, {{ text_at('_source.cluster.name') }}) when 'alert' then coalesce({{ text_at('agent.labels.environment') }}, {{ text_at('cluster.name') }}) end as environment,
    null::text as external_url,
    case variant when 'indexed alert' then coalesce({{ instant_at('_source.timestamp') }}, {{ instant_at('_source.@timestamp') }}) when 'alert' then coalesce({{ instant_at('timestamp') }}, {{ instant_at('@timestamp') }}) when 'alert of an integration script' then coalesce({{ instant_at('all_fields.timestamp') }}, {{ instant_at('created_at') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'indexed alert' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('_source.rule.id') }}, 'level', {{ value_at('_source.rule.level') }}, 'groups', {{ value_at('_source.rule.groups') }}, 'location', {{ value_at('_source.location') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('rule.id') }}, 'level', {{ value_at('rule.level') }}, 'groups', {{ value_at('rule.groups') }}, 'location', {{ value_at('location') }})) else '{}'::jsonb end as attributes
from variants
