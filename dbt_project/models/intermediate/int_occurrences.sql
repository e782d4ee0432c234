-- Each time that an issue occurred: once, from its beginning to its end.
select
    workspace_id,
    issue_id,
    source_created_at as started_at,
    resolved_at as ended_at,
    1 as count,
    record_id
from {{ ref('int_issues__edited') }}
