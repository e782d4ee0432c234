-- A record whose issue is not kept has no occurrence: one that nobody can reference must not stop a run.
select occurrences.*
from {{ ref('int_occurrences') }} as occurrences
where exists (
    select from {{ ref('issue') }} as issues
    where issues.workspace_id = occurrences.workspace_id and issues.issue_id = occurrences.issue_id
)
