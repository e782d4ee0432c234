"""What a person fills in to have files read, wherever they are."""

from causeloop_pipeline.connectors.own_tables.query_fields import FIELDS
from causeloop_pipeline.connectors.spec import Field, TimeFormat

FILE_FIELDS = (
    Field(
        "prefix",
        "Folder in it",
        help="Empty: all of it.",
        required=False,
        pattern=r"(?!.*(^|/)\.\.?(/|$))[^/\\\x00][^\\\x00]*",
    ),
    Field(
        "format",
        "Format",
        help="By its name: .csv, .tsv, .jsonl, .ndjson (each also with .gz), .parquet.",
        required=False,
        default="by name",
        choices=("by name", "csv", "jsonl", "parquet"),
    ),
    Field("key_column", "Key column", help="Identifies a row.", required=False, default="id"),
    Field(
        "updated_at",
        "Column of the last update",
        help="Which of two versions of a row is the newer.",
        required=False,
        default="updated_at",
    ),
    Field(
        "times",
        "Format of times",
        required=False,
        default=TimeFormat.ISO.value,
        choices=(TimeFormat.ISO, TimeFormat.EPOCH_SECONDS, TimeFormat.EPOCH_MILLISECONDS),
    ),
    FIELDS,
)
