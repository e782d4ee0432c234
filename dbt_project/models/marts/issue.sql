with newest as (

    select *
    from {{ ref('int_issues__newest') }}
    where {{ is_read('source') }}

),

-- The newest edit of a field wins over every version, for ever: an object keeps its last value of a key.
edits as (

    select
        newest.*,
        coalesce(edit.fields, '{}') as edited,
        coalesce(resolved_at, edit.status_edited_at, source_updated_at) as ended_at
    from newest
    left join lateral (
        select
            jsonb_object_agg(e.field, e.value order by e.edit_id) as fields,
            max(e.edited_at) filter (where e.field = 'status') as status_edited_at
        from {{ source('core', 'issue_edit') }} as e
        where e.workspace_id = newest.workspace_id
            and e.issue_id = newest.issue_id
            and {{ is_legal('e.field', 'e.value') }}
    ) as edit on true

)

select
    workspace_id,
    issue_id,
    source,
    external_id,
    connector_id,
    {%- for field in ['title', 'severity', 'status'] %}
    coalesce(edited ->> '{{ field }}', {{ field }}) as {{ field }},
    {%- endfor %}
    {%- for field in ['body', 'service', 'error_type', 'team', 'environment'] %}
    case when edited ? '{{ field }}' then edited ->> '{{ field }}' else {{ field }} end as {{ field }},
    {%- endfor %}
    external_url,
    source_created_at,
    source_updated_at,
    case when coalesce(edited ->> 'status', status) in ('resolved', 'closed') then ended_at end as resolved_at,
    ingested_at,
    attributes
from edits
