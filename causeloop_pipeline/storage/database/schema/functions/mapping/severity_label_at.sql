create or replace function mapping.severity_label_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return (
        select substring(tag, '(?i)(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$')
        from mapping.tags(document #> path)
        where tag ~* '^((severity|priority|sev|prio)[\s:=/_-]+)?(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$'
        order by place
        limit 1
    );
comment on function mapping.severity_label_at is
    'The first label at a path that names a severity, such as P1, sev-2 or severity: high.';
grant execute on function mapping.severity_label_at to causeloop_pipeline;
