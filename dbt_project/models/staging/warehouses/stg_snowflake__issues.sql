{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('snowflake', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('EVENT_TYPE') }} and {{ has_value('IS_SUCCESS') }}) then 'failed login'
            when ({{ has_value('STATE') }} and {{ has_value('NAME') }}) then 'task'
            when ({{ has_value('EXECUTION_STATUS') }} and ({{ has_value('QUERY_TYPE') }} or {{ has_value('QUERY_TEXT') }})) then 'query'
        end as variant
    from records

)

select
    {{ record_columns('snowflake') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'failed login' then coalesce(({{ text_at('EVENT_TYPE') }} || ' failed: ' || {{ text_at('ERROR_MESSAGE') }}), ({{ text_at('EVENT_TYPE') }} || ' failed')) when 'task' then coalesce(('Task ' || {{ text_at('NAME') }} || ': ' || {{ text_at('ERROR_MESSAGE') }}), ('Task ' || {{ text_at('NAME') }} || ' ' || {{ text_at('STATE') }})) when 'query' then coalesce({{ text_at('ERROR_MESSAGE') }}, ({{ text_at('QUERY_TYPE') }} || ' ' || {{ text_at('EXECUTION_STATUS') }}), {{ text_at('QUERY_TEXT') }}) end as title,
    case variant when 'failed login' then {{ text_at('ERROR_MESSAGE') }} when 'task' then {{ text_at('ERROR_MESSAGE') }} when 'query' then {{ text_at('QUERY_TEXT') }} end as body,
    case variant when 'failed login' then 'login failed' when 'task' then {{ text_at('STATE') }} when 'query' then {{ text_at('EXECUTION_STATUS') }} end as severity_value,
    case variant when 'failed login' then 'failed' when 'task' then {{ text_at('STATE') }} when 'query' then {{ text_at('EXECUTION_STATUS') }} end as status_value,
    case variant when 'failed login' then 'snowflake' when 'task' then {{ text_at('NAME') }} when 'query' then coalesce({{ text_at('WAREHOUSE_NAME') }}, {{ text_at('DATABASE_NAME') }}, {{ text_at('ROLE_NAME') }}) end as service,
    case variant when 'failed login' then coalesce({{ text_at('ERROR_CODE') }}, {{ text_at('EVENT_TYPE') }}) when 'task' then {{ text_at('ERROR_CODE') }} when 'query' then coalesce({{ text_at('ERROR_CODE') }}, {{ text_at('QUERY_TYPE') }}) end as error_type,
    case variant when 'failed login' then {{ text_at('USER_NAME') }} when 'query' then coalesce({{ text_at('ROLE_NAME') }}, {{ text_at('USER_NAME') }}) end as team,
    case variant when 'task' then {{ text_at('DATABASE_NAME') }} when 'query' then {{ text_at('DATABASE_NAME') }} end as environment,
    null::text as external_url,
    case variant when 'failed login' then {{ instant_at('EVENT_TIMESTAMP') }} when 'task' then coalesce({{ instant_at('QUERY_START_TIME') }}, {{ instant_at('SCHEDULED_TIME') }}) when 'query' then coalesce({{ instant_at('START_TIME') }}, {{ seconds_at('START_TIME') }}) end as source_created_at,
    case variant when 'task' then {{ instant_at('COMPLETED_TIME') }} when 'query' then coalesce({{ instant_at('END_TIME') }}, {{ seconds_at('END_TIME') }}) end as resolved_at,
    case variant when 'failed login' then jsonb_strip_nulls(jsonb_build_object('user', {{ value_at('USER_NAME') }}, 'address', {{ value_at('CLIENT_IP') }}, 'client', {{ value_at('REPORTED_CLIENT_TYPE') }})) when 'task' then jsonb_strip_nulls(jsonb_build_object('schema', {{ value_at('SCHEMA_NAME') }})) when 'query' then jsonb_strip_nulls(jsonb_build_object('user', {{ value_at('USER_NAME') }}, 'warehouse', {{ value_at('WAREHOUSE_NAME') }}, 'query', {{ value_at('QUERY_ID') }})) else '{}'::jsonb end as attributes
from variants
