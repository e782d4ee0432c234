"""PostgreSQL: rows of a query that the user writes, read by a cursor column, never written to."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="postgresql",
    title="PostgreSQL",
    category=spec.Category.DATA,
    docs_url="https://www.postgresql.org/docs/current/sql-select.html",
    plan="growth",
    credentials=(query_fields.PASSWORD,),
    config=(
        query_fields.HOST,
        query_fields.ask_for_port(5432),
        query_fields.DATABASE,
        query_fields.USER,
        query_fields.ask_for_tls("verify-full", "verify-ca", "require", "disable"),
        *query_fields.QUERY_FIELDS,
    ),
    site=("host", "port", "database"),
    query=spec.SqlQuery(),
    issues=(PRODUCT_ISSUE,),
)
