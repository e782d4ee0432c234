-- The setup's steps: what occurred counts as completed, in whatever order; the first open one is the current one.
create or replace function app.complete_steps(workspace uuid, steps text[], in_order text[]) returns void
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    update app.onboarding_state as s
    set completed_steps = s.completed_steps || array(
            select step from unnest(steps) as step where step <> all (s.completed_steps)
        ),
        skipped_steps = array(select step from unnest(s.skipped_steps) as step where step <> all (steps)),
        current_step = app.first_open_step(in_order, s.completed_steps || s.skipped_steps || steps)
    where s.workspace_id = workspace and not s.completed_steps @> steps;
end;
revoke execute on function app.complete_steps from public;
grant execute on function app.complete_steps to causeloop_api, causeloop_pipeline;
