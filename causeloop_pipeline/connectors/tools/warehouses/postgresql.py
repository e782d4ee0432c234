"""PostgreSQL: rows of a query that the user writes, read by a cursor column, never written to."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE

CONNECTOR = spec.Connector(
    name="postgresql",
    title="PostgreSQL",
    category=spec.Category.DATA,
    docs_url="https://www.postgresql.org/docs/current/sql-select.html",
    plan="growth",
    credentials=(spec.Field("password", "Password", help="Of a role that may only read."),),
    config=(
        spec.Field("host", "Host", pattern=r"[A-Za-z0-9.:_-]+"),
        spec.Field("port", "Port", required=False, default=5432, type="number"),
        spec.Field("database", "Database"),
        spec.Field("user", "User"),
        spec.Field(
            "sslmode",
            "TLS",
            help="verify-full checks the server's certificate and name.",
            required=False,
            default="verify-full",
            choices=("verify-full", "verify-ca", "require", "disable"),
        ),
        spec.Field("query", "Query", help="One SELECT; its columns may carry the product's field names."),
        spec.Field("key_column", "Key column", help="Identifies a row.", required=False, default="id"),
        spec.Field(
            "cursor_column",
            "Cursor column",
            help="Grows with every change, such as updated_at.",
            required=False,
            default="updated_at",
        ),
        spec.Field(
            "fields",
            "Fields",
            help="Product field → column, where they differ: title → subject.",
            required=False,
            type="mapping",
        ),
    ),
    query=spec.SqlQuery(),
    issues=(PRODUCT_ISSUE,),
)
