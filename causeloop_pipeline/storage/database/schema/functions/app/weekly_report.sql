create or replace function app.weekly_report(workspace uuid, day date, verdicts text[], nearest_window integer)
    returns jsonb
    language sql stable
as $$
with week as (
    select w.name, w.timezone, d.first_day, d.last_day, d.since, d.until, d.before
    from app.workspace as w
    cross join lateral app.week_of($2, w.timezone) as d
    where w.workspace_id = $1
), counted as (
    select
        i.pattern_id,
        count(*) filter (where o.started_at >= week.since) as occurrences,
        count(*) filter (where o.started_at < week.since) as occurrences_before,
        count(distinct i.issue_id) filter (where o.started_at >= week.since) as issues,
        count(distinct i.issue_id) filter (where o.started_at < week.since) as issues_before
    from week
    join core.occurrence as o
        on o.workspace_id = $1 and o.started_at >= week.before and o.started_at < week.until
    join core.issue as i on i.workspace_id = $1 and i.issue_id = o.issue_id
    group by i.pattern_id
), most as (
    select p.pattern_id as id, p.name, c.occurrences, c.occurrences_before, c.issues, c.issues_before,
        p.first_seen_at >= week.since as is_new,
        app.owner_of_pattern($1, p.pattern_id, p.fingerprint) ->> 'name' as owner
    from week, counted as c
    join detect.pattern as p on p.workspace_id = $1 and p.pattern_id = c.pattern_id
    where c.occurrences > 0
    order by c.occurrences desc, p.pattern_id
    limit 10
), moved as (
    select p.pattern_id as id, p.name, 'resolved' as kind, app.owner_of_pattern($1, p.pattern_id, p.fingerprint) ->> 'name' as owner
    from week
    join detect.pattern as p on p.workspace_id = $1 and p.status = 'resolved'
    where p.resolved_at >= week.since and p.resolved_at < week.until
    union all
    select p.pattern_id, p.name, 'reopened', app.owner_of_pattern($1, p.pattern_id, p.fingerprint) ->> 'name' as owner
    from week
    join detect.pattern as p on p.workspace_id = $1
    where p.reopened_at >= week.since and p.reopened_at < week.until
), judged as (
    select distinct on (f.id) f.id, f.title, f.postmortem_id, v.verdict, p.text, f.owner
    from week
    join act.verdict as v
        on v.workspace_id = $1 and v.verdict = any ($3) and v.decided_at >= week.since and v.decided_at < week.until
    cross join lateral (
        select r.recommendation_id as id, r.title, null::uuid as postmortem_id,
            app.owner_of_recommendation($1, r.recommendation_id, r.pattern_ids) ->> 'name' as owner
        from act.recommendation as r
        where r.workspace_id = $1 and r.recommendation_id = v.recommendation_id
        union all
        select i.item_id, i.text, m.postmortem_id, i.owner
        from act.action_item as i
        join act.postmortem as m on m.workspace_id = $1 and m.postmortem_id = i.postmortem_id and m.status = 'imported'
        where i.workspace_id = $1 and i.item_id = v.recommendation_id
    ) as f
    join act.proof as p
        on p.workspace_id = $1 and p.recommendation_id = v.recommendation_id and p.pattern_id = v.pattern_id
    order by f.id, v.decided_at desc, v.pattern_id
), headline as (
    select coalesce((select headline_window from predict.backtest where workspace_id = $1), $4) as days
), likely as (
    select p.pattern_id as id, p.name, l.probability, l.next_date_median as next_on,
        app.owner_of_pattern($1, p.pattern_id, p.fingerprint) ->> 'name' as owner
    from headline
    cross join (
        select pattern_id, name, fingerprint from detect.pattern
        where workspace_id = $1 and status <> 'resolved'
        order by risk_score desc nulls last, pattern_id
        limit 100
    ) as p
    cross join week
    -- As it was predicted when the week ended: an earlier week does not know what is likely today.
    cross join lateral (
        select n.probability, n.next_date_median
        from predict.prediction as n
        where n.workspace_id = $1 and n.pattern_id = p.pattern_id and n.window_days = headline.days
            and n.issued_at < week.until + interval '1 day'
        order by n.issued_at desc
        limit 1
    ) as l
    where l.probability >= (select alert_probability_threshold from app.workspace_settings where workspace_id = $1)
    order by l.probability desc, p.pattern_id
    limit 10
), first_fixes as (
    select recommendation_id as id, rank, title, expected_loops_prevented,
        app.owner_of_recommendation($1, recommendation_id, pattern_ids) ->> 'name' as owner
    from act.recommendation
    where workspace_id = $1 and status in ('pending', 'in_progress') and rank is not null
    order by rank
    limit 5
)
select jsonb_build_object(
    'workspace', week.name, 'timezone', week.timezone, 'first_day', week.first_day, 'last_day', week.last_day,
    'occurrences', (select coalesce(sum(occurrences), 0) from counted),
    'occurrences_before', (select coalesce(sum(occurrences_before), 0) from counted),
    'issues', (select coalesce(sum(issues), 0) from counted),
    'issues_before', (select coalesce(sum(issues_before), 0) from counted),
    'new_patterns', (
        select count(*) from detect.pattern as p
        where p.workspace_id = $1 and p.first_seen_at >= week.since and p.first_seen_at < week.until
    ),
    'graded', (
        select jsonb_build_object(
            'hits', count(*) filter (where o.outcome = 'hit'),
            'misses', count(*) filter (where o.outcome = 'miss'),
            'prevented', count(*) filter (where o.outcome = 'prevented')
        )
        from predict.outcome as o
        where o.workspace_id = $1 and o.decided_by = 'system'
            and o.decided_at >= week.since and o.decided_at < week.until
    ),
    'patterns', (select coalesce(jsonb_agg(most order by occurrences desc, id), '[]') from most),
    'moved', (select coalesce(jsonb_agg(moved order by kind, name, id), '[]') from moved),
    'fixes', (select coalesce(jsonb_agg(judged order by title, id), '[]') from judged),
    'window_days', (select days from headline),
    'likely', (select coalesce(jsonb_agg(likely order by probability desc, id), '[]') from likely),
    'recommendations', (select coalesce(jsonb_agg(first_fixes order by rank), '[]') from first_fixes)
)
from week
$$;
comment on function app.weekly_report(uuid, date, text[], integer) is
    'One week of a workspace, that of a day, with the proofs that say if a fix held; null: the last whole week.
    What is likely is so within the window of the backtest, or the nearest one.';
grant execute on function app.weekly_report to causeloop_api, causeloop_pipeline;
