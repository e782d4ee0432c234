create or replace function act.last_ending(workspace uuid, patterns uuid[]) returns jsonb
    language sql stable
as $$
select jsonb_build_object(
    'issue_id', e.issue_id, 'ended_at', e.ended_at, 'took_seconds', e.took_seconds, 'phrase', e.phrase,
    'quote', e.quote, 'made_by', e.made_by, 'link', e.link
)
from core.issue as i
join act.ending as e on e.workspace_id = i.workspace_id and e.issue_id = i.issue_id
where i.workspace_id = $1 and i.pattern_id = any ($2) and (e.phrase is not null or e.quote is not null)
order by e.ended_at desc, e.issue_id
limit 1
$$;
comment on function act.last_ending(uuid, uuid[]) is
    'What ended some patterns last time, as their tool tells; null: no issue of theirs tells it.';
grant execute on function act.last_ending to causeloop_api, causeloop_pipeline;
