"""What a person fills in to have rows of a database read, whichever database it is."""

from causeloop_pipeline.connectors.own_tables.presets import PRESETS
from causeloop_pipeline.connectors.spec import Field

FIELDS = Field(
    "fields",
    "Fields",
    help="Product field → column, where they differ: title → subject; job → the column of what is run.",
    required=False,
    type="mapping",
)
QUERY_FIELDS = (
    Field(
        "preset",
        "Preset",
        help="What a pipeline landed: its tables are read by themselves, no query is needed.",
        required=False,
        choices=tuple(PRESETS),
    ),
    Field(
        "schema",
        "Schema of the preset's tables",
        help="Where the pipeline writes: a schema or data set, a catalog before it where there is one.",
        required=False,
        pattern=r"[\w$-]+(\.[\w$-]+)?",
    ),
    Field(
        "query",
        "Query",
        help="One SELECT; its columns may carry the product's field names.",
        unless="preset",
    ),
    Field("key_column", "Key column", help="Identifies a row.", required=False, default="id"),
    Field(
        "cursor_column",
        "Cursor column",
        help="Grows with every change, such as updated_at.",
        required=False,
        default="updated_at",
    ),
    FIELDS,
)
HOST = Field("host", "Host", pattern=r"[A-Za-z0-9.:_-]+")
DATABASE = Field("database", "Database")
USER = Field("user", "User")
PASSWORD = Field("password", "Password", help="Of a role that may only read.")


def ask_for_tls(*choices: str) -> Field:
    """How the connection is encrypted, the safest first."""
    return Field(
        "sslmode",
        "TLS",
        help="verify-full checks the server's certificate and name.",
        required=False,
        default=choices[0],
        choices=choices,
    )


def ask_for_port(default: int) -> Field:
    """The server's port, by default the engine's own."""
    return Field("port", "Port", required=False, default=default, type="number")
