"""BigQuery: rows of a query that the user writes; failed jobs have a type of their own."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="bigquery_query",
    title="BigQuery, own query",
    category=spec.Category.DATA,
    docs_url="https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax",
    plan="growth",
    credentials=(
        spec.Field(
            "service_account",
            "Service account key",
            help="JSON; roles BigQuery Data Viewer and Job User.",
        ),
    ),
    config=(
        spec.Field("project", "Project", pattern=r"[a-z0-9:.-]+"),
        spec.Field("location", "Location", help="EU, US, or a region.", required=False, pattern=r"[\w-]+"),
        *query_fields.QUERY_FIELDS,
    ),
    site=("project",),
    query=spec.SqlQuery(engine="bigquery", dialect="bigquery", origin="bigquery://googleapis.com"),
    issues=(PRODUCT_ISSUE,),
)
