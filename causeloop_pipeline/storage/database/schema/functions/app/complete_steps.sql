-- The setup's steps: what occurred counts as completed, in whatever order; the first open one is the current one.
create or replace function app.complete_steps(workspace uuid, steps text[]) returns void
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    update app.onboarding_state as s
    set completed_steps = s.completed_steps || array(
            select step from unnest(steps) as step where step <> all (s.completed_steps)
        ),
        skipped_steps = array(select step from unnest(s.skipped_steps) as step where step <> all (steps)),
        current_step = coalesce((
            select step
            from unnest('{create_workspace,connect_source,first_sync,invite_members,create_alert_rule}'::text[])
                with ordinality as o (step, position)
            where step <> all (s.completed_steps || s.skipped_steps || steps)
            order by position
            limit 1
        ), 'done')
    where s.workspace_id = workspace and not s.completed_steps @> steps;
end;
revoke execute on function app.complete_steps from public;
grant execute on function app.complete_steps to causeloop_api, causeloop_pipeline;
