"""What a person fills in to have files read, wherever they are."""

from causeloop_pipeline.connectors.own_tables.query_fields import FIELDS
from causeloop_pipeline.connectors.spec import Field
from causeloop_pipeline.model.date_order import DateOrder

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
        help="By its name: .csv, .tsv, .json, .jsonl, .ndjson, .sarif, .xml (JUnit), .tap, .txt, .log, each "
        "also with .gz; .xlsx, .parquet, .zip.",
        required=False,
        default="by name",
        choices=("by name", "csv", "jsonl", "json", "xlsx", "parquet", "xml", "junit", "log", "text"),
    ),
    Field(
        "key_column",
        "Key column",
        help="Identifies a row; several with commas: file, line. Empty: the column that is named like an id.",
        required=False,
        default="",
    ),
    Field(
        "updated_at",
        "Column of the last update",
        help="Which of two versions of a row is the newer. Empty: the column that is named like it.",
        required=False,
        default="",
    ),
    Field(
        "times",
        "Format of dates",
        help="Recognized from all rows of a file; choose one where day and month could be swapped.",
        required=False,
        default=DateOrder.RECOGNIZED.value,
        choices=tuple(order.value for order in DateOrder),
    ),
    Field(
        "timezone",
        "Time zone of dates",
        help="Of dates without an offset: Europe/Berlin.",
        required=False,
        default="UTC",
        pattern=r"[A-Za-z_+\-0-9]+(/[A-Za-z_+\-0-9]+){0,2}",
    ),
    FIELDS,
)
