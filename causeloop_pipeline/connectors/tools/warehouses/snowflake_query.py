"""Snowflake: rows of a query that the user writes; failed queries and tasks have a type of their own."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="snowflake_query",
    title="Snowflake, own query",
    category=spec.Category.DATA,
    docs_url="https://docs.snowflake.com/en/developer-guide/python-connector/sqlalchemy",
    plan="growth",
    credentials=(
        spec.Field(
            "password", "Programmatic access token or password", help="Of a user whose role may only read."
        ),
    ),
    config=(
        spec.Field("account", "Account identifier", pattern=r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"),
        query_fields.USER,
        spec.Field(
            "kind",
            "Kind of credential",
            required=False,
            default="access token",
            choices=("access token", "password"),
        ),
        spec.Field("role", "Role", required=False, pattern=r"\w+"),
        spec.Field("warehouse", "Warehouse", required=False, default="COMPUTE_WH", pattern=r"\w+"),
        query_fields.DATABASE,
        *query_fields.QUERY_FIELDS,
    ),
    site=("account", "database"),
    query=spec.SqlQuery(engine="snowflake", dialect="snowflake", origin="snowflake://{account}"),
    issues=(PRODUCT_ISSUE,),
)
