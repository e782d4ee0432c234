-- How often each group of events occurred, by hour, or by day where nothing more is known. Of an hour that a tool has counted and
-- whose events also arrived one by one, the greater number holds. Where it tells no more than how often and when last, what a later
-- version counts more occurred when it last did.
with versions as (

    select
        *,
        min(coalesce(source_created_at, source_updated_at)) over (partition by workspace_id, source, site, external_id) as first_seen_at,
        (occurrences ->> 'count')::integer as total,
        (occurrences ->> 'last_at')::timestamptz as last_at
    from {{ ref('int_issues__firings') }}
    where identifies = 'group' and no_failure is null

),

hours as (

    select workspace_id, source, site, external_id, started_at, max(count) as count
    from (
        select v.workspace_id, v.source, v.site, v.external_id, (hour ->> 0)::timestamptz as started_at, (hour ->> 1)::integer as count
        from versions as v
        cross join lateral jsonb_array_elements(v.occurrences -> 'hours') as hour
        union all
        select
            workspace_id,
            source,
            site,
            external_id,
            date_trunc('hour', (occurrences ->> 'event_at')::timestamptz, 'UTC'),
            count(distinct occurrences ->> 'event_at')::integer
        from versions
        where occurrences ? 'event_at'
        group by 1, 2, 3, 4, 5
    ) as counts
    group by 1, 2, 3, 4, 5

),

days as (

    select v.workspace_id, v.source, v.site, v.external_id, (day ->> 0)::timestamptz as started_at, max((day ->> 1)::integer) as count
    from versions as v
    cross join lateral jsonb_array_elements(v.occurrences -> 'days') as day
    group by 1, 2, 3, 4, 5

),

-- What a day counts beyond its hours.
rest_of_days as (

    select days.workspace_id, days.source, days.site, days.external_id, days.started_at, days.count - coalesce(of_day.count, 0) as count
    from days
    left join lateral (
        select sum(hours.count) as count
        from hours
        where hours.workspace_id = days.workspace_id
            and hours.source = days.source
            and hours.site = days.site
            and hours.external_id = days.external_id
            and hours.started_at >= days.started_at
            and hours.started_at < days.started_at + interval '1 day'
    ) as of_day on true

),

totals as (

    select
        workspace_id,
        source,
        site,
        external_id,
        first_seen_at,
        last_at,
        total,
        total - coalesce(
            max(total) over (
                partition by workspace_id, source, site, external_id
                order by last_at, placed_at, received_at, record_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as more
    from versions
    where total is not null
        and not exists (
            select from hours
            where hours.workspace_id = versions.workspace_id
                and hours.source = versions.source
                and hours.site = versions.site
                and hours.external_id = versions.external_id
        )
        and not exists (
            select from days
            where days.workspace_id = versions.workspace_id
                and days.source = versions.source
                and days.site = versions.site
                and days.external_id = versions.external_id
        )

),

buckets as (

    select workspace_id, source, site, external_id, started_at, count, interval '1 hour' as length from hours
    union all
    select workspace_id, source, site, external_id, started_at, count, interval '1 day' from rest_of_days where count > 0
    union all
    -- The first event is one of those that the first version counts.
    select
        workspace_id,
        source,
        site,
        external_id,
        date_trunc('hour', last_at, 'UTC'),
        sum(more - case when more = total and more > 1 and first_seen_at < date_trunc('hour', last_at, 'UTC') then 1 else 0 end),
        interval '1 hour'
    from totals
    where more > 0
    group by 1, 2, 3, 4, 5

),

seen as (

    select distinct workspace_id, source, site, external_id, first_seen_at from versions

),

counted as (

    select
        buckets.workspace_id,
        buckets.source,
        buckets.site,
        buckets.external_id,
        case
            when seen.first_seen_at >= buckets.started_at and seen.first_seen_at < buckets.started_at + buckets.length
                then seen.first_seen_at
            else buckets.started_at
        end as started_at,
        buckets.count
    from buckets
    inner join seen
        on seen.workspace_id = buckets.workspace_id
        and seen.source = buckets.source
        and seen.site = buckets.site
        and seen.external_id = buckets.external_id
    union all
    -- It began before all that was counted.
    select seen.workspace_id, seen.source, seen.site, seen.external_id, seen.first_seen_at, 1
    from seen
    where exists (
        select from buckets
        where buckets.workspace_id = seen.workspace_id
            and buckets.source = seen.source
            and buckets.site = seen.site
            and buckets.external_id = seen.external_id
        having min(buckets.started_at) > seen.first_seen_at
    )

)

select
    workspace_id,
    source,
    site,
    external_id,
    started_at,
    sum(count)::integer as count,
    row_number() over (partition by workspace_id, source, site, external_id order by started_at desc) = 1 as is_last
from counted
group by 1, 2, 3, 4, 5
