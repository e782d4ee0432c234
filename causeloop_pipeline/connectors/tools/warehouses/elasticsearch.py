"""Elasticsearch: documents of an index of errors or logs, read in the order of their time."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Literal, Some, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

DOCUMENT = IssueMapping(
    name="document",
    identifies=Identifies.EVENT,
    when=Every((Has("_source"), Some((Has("_id"), Has("_index"))))),
    title=(
        r"_source.error.message",
        r"_source.error\.message",
        "_source.message",
        "_source.title",
        Text("{_index}: document {_id}"),
    ),
    body=(
        "_source.error.stack_trace",
        r"_source.error\.stack_trace",
        "_source.event.original",
        "_source.message",
    ),
    severity=(r"_source.log\.level", "_source.log.level", "_source.level", "_source.severity"),
    status=("_source.status", Choose(Has("_source"), Literal("failed"))),
    service=(r"_source.service\.name", "_source.service.name", "_source.service", "_source.host.name"),
    error_type=(r"_source.error\.type", "_source.error.type", "_source.error.code"),
    team=("_source.labels.team", Tag("_source.tags", "team")),
    environment=(r"_source.service\.environment", "_source.service.environment", "_source.labels.env"),
    source_created_at=r"_source.@timestamp",
    attributes={"index": "_index", "host": "_source.host.name", "trace": "_source.trace.id"},
)

CONNECTOR = spec.Connector(
    name="elasticsearch",
    title="Elasticsearch",
    category=spec.Category.DATA,
    docs_url="https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search",
    plan="growth",
    base_url="{base_url}",
    credentials=(spec.Field("api_key", "API key", help="With the privilege read on the index."),),
    config=(
        spec.Field("index", "Index", help="logs-*", pattern=r"[A-Za-z0-9*_.,-]+"),
        spec.Field(
            "query", "Query", help="In query string syntax.", required=False, default="log.level:error"
        ),
    ),
    auth=spec.Headers((("Authorization", "ApiKey {api_key}"),)),
    pulls=(
        spec.Pull(
            name="documents",
            path="/{index}/_search",
            method="POST",
            params=(
                ("query.bool.must.query_string.query", "{query}"),
                ("sort", ("@timestamp", "_doc")),
            ),
            records="hits.hits",
            pages=spec.LastRecordPages(path="sort", param="search_after", size=1000, size_param="size"),
            schema=spec.RecordSchema(key="{_index}/{_id}", updated_at=(r"_source.@timestamp",)),
            since=spec.Since(field=r"_source.@timestamp", param="query.bool.filter.range.@timestamp.gte"),
        ),
    ),
    issues=(DOCUMENT,),
)
