-- A session's own list wins; a run (dbt can only carry its id) reads the table; otherwise nothing is visible.
create or replace function app.scope() returns uuid[]
    language sql stable parallel safe
    return coalesce(
        nullif(current_setting('causeloop.scope', true), '')::uuid[],
        (
            select array_agg(workspace_id)
            from app.run_scope
            where run_id = nullif(current_setting('causeloop.run', true), '') and excluded_by is null
        ),
        '{}'
    );
