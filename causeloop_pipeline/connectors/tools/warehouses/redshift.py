"""Amazon Redshift: rows of a query that the user writes, in a transaction that may only read."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import query_fields

CONNECTOR = spec.Connector(
    name="redshift",
    title="Amazon Redshift",
    category=spec.Category.DATA,
    docs_url="https://docs.aws.amazon.com/redshift/latest/dg/r_SELECT_synopsis.html",
    plan="growth",
    credentials=(query_fields.PASSWORD,),
    config=(
        query_fields.HOST,
        query_fields.ask_for_port(5439),
        query_fields.DATABASE,
        query_fields.USER,
        query_fields.ask_for_tls("verify-full", "verify-ca", "require", "disable"),
        *query_fields.QUERY_FIELDS,
    ),
    site=("host", "port", "database"),
    query=spec.SqlQuery(engine="redshift", dialect="redshift"),
    issues=(PRODUCT_ISSUE,),
)
