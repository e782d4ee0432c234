-- Notes the occurrences that came or went to the patterns of their issues; one that was only changed, as when it ended,
-- went and came. An issue that was in no pattern may be one now, and its risk depends on when it last occurred.
create or replace function detect.note_occurrences() returns trigger
    language plpgsql
as $$
begin
    insert into detect.pattern_touch
        (workspace_id, pattern_id, occurrences, facts, occurred_at, service, team, environment, severity)
    select i.workspace_id, i.pattern_id, t.change, jsonb_build_object('day', detect.day_of(c.started_at)), c.started_at,
           i.service, i.team, i.environment, i.severity
    from changed as c
    join core.issue as i using (workspace_id, issue_id)
    cross join unnest(case tg_op when 'INSERT' then array[1] when 'DELETE' then array[-1] else array[-1, 1] end)
        as t (change)
    where i.pattern_id is not null;

    update core.issue as i
    set is_risk_due = true, is_ungrouped = i.is_ungrouped or i.pattern_id is null
    from (select distinct workspace_id, issue_id from changed) as c
    where tg_op <> 'UPDATE' and i.workspace_id = c.workspace_id and i.issue_id = c.issue_id
      and not (i.is_risk_due and (i.is_ungrouped or i.pattern_id is not null));
    return null;
end
$$;
