-- The newest edit of a field wins over every version: a JSON object keeps the last value of a key.
with edited as (

    select
        newest.*,
        coalesce(edit.fields, '{}') as edits,
        coalesce(resolved_at, edit.status_edited_at, source_updated_at) as ended_at
    from {{ ref('int_issues__newest') }} as newest
    left join lateral (
        select
            jsonb_object_agg(e.field, e.value order by e.edit_id) as fields,
            max(e.edited_at) filter (where e.field = 'status') as status_edited_at
        from {{ source('core', 'issue_edit') }} as e
        where e.workspace_id = newest.workspace_id
            and e.issue_id = newest.issue_id
            and {{ is_valid_value('e.field', 'e.value') }}
    ) as edit on true

),

issues as (

    select
        workspace_id,
        issue_id,
        source,
        site,
        external_id,
        fired_at,
        connector_id,
        {%- for field in ['title', 'severity', 'status'] %}
        coalesce(edits ->> '{{ field }}', {{ field }}) as {{ field }},
        {%- endfor %}
        {%- call(field) for_each_editable_text() %}
        case when edits ? '{{ field }}' then edits ->> '{{ field }}' else {{ field }} end as {{ field }},
        {%- endcall %}
        external_url,
        source_created_at,
        source_updated_at,
        case when coalesce(edits ->> 'status', status) in ('resolved', 'closed') then ended_at end as resolved_at,
        ingested_at,
        record_id,
        attributes,
        identifies
    from edited

)

select * from issues
