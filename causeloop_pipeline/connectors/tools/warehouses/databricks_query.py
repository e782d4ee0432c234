"""Databricks SQL: rows of a query that the user writes; failed runs have a type of their own."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="databricks_query",
    title="Databricks SQL, own query",
    category=spec.Category.DATA,
    docs_url="https://docs.databricks.com/aws/en/dev-tools/sqlalchemy",
    plan="growth",
    credentials=(spec.Field("password", "Access token", help="Of a principal that may only read."),),
    config=(
        spec.Field("host", "Workspace host", help="adb-1.azuredatabricks.net", pattern=spec.HOST),
        spec.Field(
            "http_path",
            "HTTP path of the SQL warehouse",
            help="/sql/1.0/warehouses/…",
            pattern=r"/sql/[\w./-]+",
        ),
        spec.Field("catalog", "Catalog", required=False, default="main", pattern=r"[\w-]+"),
        *query_fields.QUERY_FIELDS,
    ),
    site=("host", "catalog"),
    query=spec.SqlQuery(engine="databricks", dialect="databricks", origin="databricks://{host}"),
    issues=(PRODUCT_ISSUE,),
)
