{%- set by_age = 'workspace_id, issue_id, source_updated_at desc, received_at desc, record_id desc' -%}
with versions as (

    select * from {{ ref('int_issues__versions') }}

),

newest as (

    select distinct on (workspace_id, issue_id) * from versions order by {{ by_age }}

),

newest_record as (

    select distinct on (workspace_id, issue_id) * from versions where not is_notice order by {{ by_age }}

),

first_seen as (

    select
        workspace_id,
        issue_id,
        min(received_at) as ingested_at,
        min(coalesce(source_created_at, source_updated_at)) as created_at
    from versions
    group by workspace_id, issue_id

)

select
    newest.workspace_id,
    newest.issue_id,
    newest.source,
    newest.external_id,
    newest.source_updated_at,
    newest.resolved_at,
    first_seen.ingested_at,
    coalesce(newest.source_created_at, newest_record.source_created_at, first_seen.created_at) as source_created_at,
    {%- for field in ['connector_id', 'title', 'body', 'service', 'error_type', 'team', 'environment', 'external_url'] %}
    coalesce(newest.{{ field }}, case when newest.is_notice then newest_record.{{ field }} end) as {{ field }},
    {%- endfor %}
    {%- for field in ['severity', 'status'] %}
    case
        when newest.is_notice and not newest.has_{{ field }} then coalesce(newest_record.{{ field }}, newest.{{ field }})
        else newest.{{ field }}
    end as {{ field }},
    {%- endfor %}
    case when newest.is_notice then coalesce(newest_record.attributes, '{}') else '{}' end || newest.attributes
        as attributes
from newest
inner join first_seen using (workspace_id, issue_id)
left join newest_record using (workspace_id, issue_id)
