-- The newest version of each record. A partial update (kind `event`) has only some fields: the others are those of the
-- newest full record, and so is its title where it is no more than the id.
with versions as (

    select
        *,
        row_number() over by_age as age_rank,
        not first_value(is_partial_update) over records_first as has_full_record,
        {%- call(field) for_each_editable_text() %}
        first_value({{ field }}) over records_first as record_{{ field }},
        {%- endcall %}
        {%- for field in [
            'connector_id', 'title', 'external_url', 'severity', 'status', 'source_created_at', 'attributes'
        ] %}
        first_value({{ field }}) over records_first as record_{{ field }},
        {%- endfor %}
        min(received_at) over same_issue as ingested_at,
        min(coalesce(source_created_at, source_updated_at)) over same_issue as first_seen_at
    from {{ ref('int_issues__mapped') }}
    where unmappable_reason is null
    window
        same_issue as (partition by workspace_id, source, issue_id),
        by_age as (same_issue order by source_updated_at desc, received_at desc, record_id desc),
        records_first as (same_issue order by is_partial_update, source_updated_at desc, received_at desc, record_id desc)

),

newest as (

    select
        workspace_id,
        issue_id,
        source,
        site,
        external_id,
        case when is_partial_update and has_full_record and title = left(external_id, 300) then record_title else title end as title,
        {%- call(field) for_each_editable_text() %}
        coalesce({{ field }}, case when is_partial_update and has_full_record then record_{{ field }} end) as {{ field }},
        {%- endcall %}
        {%- for field in ['connector_id', 'external_url'] %}
        coalesce({{ field }}, case when is_partial_update and has_full_record then record_{{ field }} end) as {{ field }},
        {%- endfor %}
        {%- for field in ['severity', 'status'] %}
        case when {{ field }}_value is null and is_partial_update and has_full_record then record_{{ field }} else {{ field }} end as {{ field }},
        {%- endfor %}
        coalesce(source_created_at, record_source_created_at, first_seen_at) as source_created_at,
        source_updated_at,
        resolved_at,
        ingested_at,
        record_id,
        case when is_partial_update and has_full_record then record_attributes else '{}' end || attributes as attributes
    from versions
    where age_rank = 1

)

select
    workspace_id,
    issue_id,
    source,
    site,
    external_id,
    connector_id,
    title,
    {%- call(field) for_each_editable_text() %}
    {{ field }},
    {%- endcall %}
    external_url,
    severity,
    status,
    source_created_at,
    source_updated_at,
    case when status in ('resolved', 'closed') then resolved_at end as resolved_at,
    ingested_at,
    record_id,
    attributes
from newest
