-- Each time that an issue occurred. A firing of a condition: once. A record that names one failure: once, and again each time
-- that it was open after it had ended. A group: each hour or day in which its tool counted events.
with issues as (

    select * from {{ ref('int_issues__edited') }}

),

versions as (

    select * from {{ ref('int_issues__firings') }} where no_failure is null

),

states as (

    select
        *,
        not is_ended and lag(is_ended, 1, false) over in_time as is_reopened
    from versions
    where identifies = 'event' and (status_value is not null or is_success or not is_partial_update)
    window in_time as (
        partition by workspace_id, source, site, external_id order by placed_at, received_at, record_id
    )

),

numbered as (

    select
        *,
        count(*) filter (where is_reopened) over (
            partition by workspace_id, source, site, external_id order by placed_at, received_at, record_id
        ) as reopening
    from states

),

reopenings as (

    select
        workspace_id,
        source,
        site,
        external_id,
        reopening,
        min(placed_at) as reopened_at,
        -- Of a record that is used again for the next run, the newest start is that of the last time.
        (array_agg(source_created_at order by placed_at desc, received_at desc, record_id desc)
            filter (where not is_ended and source_created_at is not null))[1] as began_at,
        min(case when resolved_at <= placed_at then resolved_at else placed_at end) filter (where is_ended) as ended_at,
        (array_agg(record_id order by is_ended, placed_at desc, received_at desc, record_id desc))[1] as record_id,
        max(reopening) over (partition by workspace_id, source, site, external_id) as last_reopening
    from numbered
    group by 1, 2, 3, 4, 5

),

counted as (

    select * from {{ ref('int_group_counts') }}

),

spans as (

    -- Of an issue that occurred once, all that is known is the issue itself.
    select
        issues.workspace_id,
        issues.issue_id,
        case
            when coalesce(r.last_reopening, 0) = 0 then issues.source_created_at
            when r.reopening = 0 then coalesce(r.began_at, issues.source_created_at)
            else r.reopened_at
        end as started_at,
        case when coalesce(r.reopening, 0) = coalesce(r.last_reopening, 0) then issues.resolved_at else r.ended_at end as ended_at,
        1 as count,
        case when coalesce(r.last_reopening, 0) = 0 then issues.record_id else r.record_id end as record_id
    from issues
    left join reopenings as r
        on r.workspace_id = issues.workspace_id
        and r.source = issues.source
        and r.site = issues.site
        and r.external_id = issues.external_id
        and issues.identifies = 'event'
    where issues.identifies <> 'group' or not exists (
        select from counted as c
        where c.workspace_id = issues.workspace_id and c.source = issues.source and c.site = issues.site and c.external_id = issues.external_id
    )
    union all
    select
        issues.workspace_id,
        issues.issue_id,
        c.started_at,
        case when c.is_last then issues.resolved_at end as ended_at,
        c.count,
        issues.record_id
    from counted as c
    inner join issues
        on issues.workspace_id = c.workspace_id
        and issues.source = c.source
        and issues.site = c.site
        and issues.external_id = c.external_id
        and issues.identifies = 'group'

)

-- Two that begin at one moment, as by a clock that was set back, are one.
select distinct on (workspace_id, issue_id, started_at)
    workspace_id,
    issue_id,
    started_at,
    case when ended_at < started_at then started_at else ended_at end as ended_at,
    count,
    record_id
from spans
order by workspace_id, issue_id, started_at, ended_at desc nulls first
