"""ClickHouse: queries that ended with an exception, from the log of queries, by the HTTP interface."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Match
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

QUERY = (
    "SELECT query_id, type, exception, exception_code, query, user, current_database, hostName() AS host, "
    "toUnixTimestamp64Milli(event_time_microseconds) AS event_ms FROM system.query_log "
    "WHERE exception_code != 0 AND event_time_microseconds >= fromUnixTimestamp64Milli(toInt64({since})) "
    "ORDER BY event_time_microseconds ASC, query_id"
)
FAILED_QUERY = IssueMapping(
    name="failed query",
    identifies=Identifies.EVENT,
    when=Every((Has("exception"), Has("query_id"))),
    title=(Match("exception", r"DB::Exception: ([^\n]+)"), "exception"),
    body="query",
    status="type",
    service=("current_database", "databases.0"),
    error_type=(Match("exception", r"\(([A-Z][A-Z0-9_]+)\)"), "exception_code"),
    team="user",
    environment="host",
    source_created_at=(
        Instant("event_ms", spec.TimeFormat.EPOCH_MILLISECONDS),
        "event_time_microseconds",
        "event_time",
    ),
    attributes={"exception_code": "exception_code"},
)

CONNECTOR = spec.Connector(
    name="clickhouse",
    title="ClickHouse",
    category=spec.Category.DATA,
    docs_url="https://clickhouse.com/docs/operations/system-tables/query_log",
    plan="growth",
    base_url="https://{host}:8443",
    credentials=(
        spec.Field("username", "User", help="With SELECT on system.query_log."),
        spec.Field("password", "Password"),
    ),
    config=(spec.Field("host", "Host", pattern=spec.HOST),),
    auth=spec.Basic("{username}", "{password}"),
    pulls=(
        spec.Pull(
            name="failed_queries",
            path="/",
            params=(("default_format", "JSON"),),
            records="data",
            pages=spec.OffsetPages(size=1000, size_param="limit", offset_param="offset"),
            schema=spec.RecordSchema(
                key="{query_id}/{type}",
                updated_at=("event_ms",),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
            since=spec.Since(
                field="event_ms",
                param="query",
                template=QUERY,
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                ascending=True,
            ),
        ),
    ),
    issues=(FAILED_QUERY,),
)
