"""Microsoft SQL Server: rows of a query that the user writes, in a transaction that is rolled back."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="sql_server",
    title="Microsoft SQL Server",
    category=spec.Category.DATA,
    docs_url="https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql",
    plan="growth",
    credentials=(query_fields.PASSWORD,),
    config=(
        query_fields.HOST,
        query_fields.ask_for_port(1433),
        query_fields.DATABASE,
        query_fields.USER,
        query_fields.ask_for_tls("verify-full", "disable"),
        *query_fields.QUERY_FIELDS,
    ),
    site=("host", "port", "database"),
    query=spec.SqlQuery(engine="sql_server", dialect="tsql"),
    issues=(PRODUCT_ISSUE,),
)
