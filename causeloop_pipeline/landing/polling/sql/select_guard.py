"""Checks that a user's query is one harmless SELECT; what runs is generated from the parsed statement.

It is parsed in the dialect of the database that will run it, so that both understand the same.
"""

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from causeloop_pipeline.egress.errors import PermanentFailure

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot parse is refused, not worth a warning

FORBIDDEN_EXPRESSIONS = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.DDL,
    exp.Command,
    exp.Into,
    exp.Lock,
    exp.Copy,
    exp.Set,
    exp.Parameter,
    exp.SessionParameter,
    exp.Placeholder,
    exp.Hint,
    exp.QueryOption,
    exp.QueryTransform,
)
# Functions that sqlglot knows by name are plain SQL; of the others only these are known to be harmless.
HARMLESS_FUNCTIONS = frozenset(
    [
        "age",
        "array_length",
        "array_position",
        "array_remove",
        "btrim",
        "char_length",
        "clock_timestamp",
        "cardinality",
        "date_bin",
        "date_part",
        "factorial",
        "format",
        "hashtext",
        "initcap",
        "isfinite",
        "json_build_object",
        "json_extract_path_text",
        "jsonb_array_elements",
        "jsonb_array_elements_text",
        "jsonb_array_length",
        "jsonb_build_object",
        "jsonb_extract_path_text",
        "jsonb_object_keys",
        "jsonb_path_query_first",
        "jsonb_strip_nulls",
        "justify_hours",
        "make_date",
        "make_interval",
        "make_timestamp",
        "make_timestamptz",
        "now",
        "num_nonnulls",
        "num_nulls",
        "quote_literal",
        "regexp_count",
        "regexp_match",
        "regexp_matches",
        "regexp_replace",
        "regexp_split_to_array",
        "row_to_json",
        "statement_timestamp",
        "string_to_array",
        "strpos",
        "timeofday",
        "to_char",
        "to_date",
        "to_json",
        "to_jsonb",
        "to_number",
        "to_timestamp",
        "transaction_timestamp",
        "translate",
        "trunc",
        "unnest",
        "width_bucket",
    ]
)
MORE_HARMLESS_FUNCTIONS = {
    "mysql": frozenset(
        [
            "char",
            "elt",
            "field",
            "find_in_set",
            "format_bytes",
            "from_days",
            "inet_ntoa",
            "json_unquote",
            "json_value",
            "makedate",
            "maketime",
            "mid",
            "period_diff",
            "sec_to_time",
            "substring_index",
            "time_format",
            "timediff",
            "to_days",
            "weekday",
            "yearweek",
        ]
    ),
    "tsql": frozenset(
        [
            "charindex",
            "choose",
            "datalength",
            "datetimefromparts",
            "isdate",
            "isjson",
            "isnumeric",
            "json_query",
            "json_value",
            "patindex",
            "quotename",
            "replicate",
            "space",
            "str",
            "string_split",
            "stuff",
            "switchoffset",
            "todatetimeoffset",
        ]
    ),
    "snowflake": frozenset(
        [
            "array_construct",
            "array_to_string",
            "as_integer",
            "as_varchar",
            "charindex",
            "div0",
            "is_null_value",
            "object_keys",
            "strtok",
            "to_object",
            "to_variant",
            "typeof",
            "zeroifnull",
        ]
    ),
    "bigquery": frozenset(
        [
            "format_datetime",
            "ifnull",
            "json_query",
            "to_json_string",
            "unix_seconds",
        ]
    ),
    "redshift": frozenset(
        [
            "charindex",
            "convert_timezone",
            "is_valid_json",
            "json_parse",
            "len",
            "strtol",
        ]
    ),
    "databricks": frozenset(
        [
            "array_join",
            "element_at",
            "isnotnull",
            "map_keys",
            "nullif",
            "size",
            "to_unix_timestamp",
            "typeof",
        ]
    ),
}
# Known to sqlglot, yet able to read or change more than rows, or to run a model that costs money.
HARMFUL_EXPRESSIONS = (
    exp.NextValueFor,
    exp.DynamicIdentifier,
    exp.GenerateBool,
    exp.GenerateDouble,
    exp.GenerateEmbedding,
    exp.GenerateInt,
    exp.GenerateTable,
    exp.GenerateText,
    exp.Predict,
    exp.ReadCSV,
    exp.ReadParquet,
    exp.Secret,
    exp.ToFile,
    exp.VectorSearch,
)
HARMFUL_PREFIXES = ("AI", "ML")
HARMLESS_TABLE_HINTS = frozenset({"nolock", "readcommitted", "readpast", "readuncommitted"})
FOREIGN_PLACES = frozenset("/\\:@")
"""No name of a table has these: Spark and DuckDB read a file of that name."""


def check_select(query: str, dialect: str = "postgres") -> str:
    """The query as it may run; PermanentFailure names what is not allowed in it."""
    tree = parse_select(query, dialect)
    # Where quotes do not change how a name is compared, none can be taken for a word of the language.
    return tree.sql(dialect=dialect, comments=False, identify=dialect in {"mysql", "tsql"})


def parse_select(query: str, dialect: str) -> exp.Query:
    """The parsed statement, of which everything was checked."""
    try:
        statements = [tree for tree in sqlglot.parse(query, read=dialect) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise PermanentFailure(f"the query cannot be read: {str(error).splitlines()[0][:200]}") from None
    if len(statements) != 1:
        raise PermanentFailure(f"the query must be one statement, not {len(statements)}")
    tree = statements[0]
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Subquery):
        raise PermanentFailure(f"the query must be a SELECT, not {tree.key.upper()}")
    for node in tree.walk():
        _check(node, dialect)
    return tree


def _check(node: exp.Expr, dialect: str) -> None:
    name = type(node).__name__
    is_model = isinstance(node, exp.Func) and name.startswith(HARMFUL_PREFIXES)
    if is_model or isinstance(node, (*FORBIDDEN_EXPRESSIONS, *HARMFUL_EXPRESSIONS)):
        raise PermanentFailure(f"the query may only read: {node.key.upper()} is not allowed in it")
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise PermanentFailure(f"the query may not call functions of a schema: {node.sql(dialect)[:100]}")
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        _check_function(node, dialect)
    elif isinstance(node, exp.Table):
        _check_table(node, dialect)
    elif isinstance(node, exp.WithTableHint):
        _check_table_hint(node)
    elif isinstance(node, exp.Column) and dialect == "snowflake" and node.name.lower() == "nextval":
        raise PermanentFailure("the query may only read: NEXTVAL changes a sequence")


def _check_function(node: exp.Expr, dialect: str) -> None:
    harmless = HARMLESS_FUNCTIONS | MORE_HARMLESS_FUNCTIONS.get(dialect, frozenset())
    if node.name.lower() not in harmless:
        raise PermanentFailure(
            f"the query calls {node.name[:60]!r}, which is not on the list of harmless functions; "
            "make a view of it in the database and select from that"
        )


def _check_table(table: exp.Table, dialect: str) -> None:
    """A table is named by at most catalog, schema and name: no file, stage, other server or its function."""
    text = table.sql(dialect)[:100]
    is_function = isinstance(table.this, exp.Func) and table.args.get("db") is None
    if not (is_function or isinstance(table.this, exp.Identifier)):
        raise PermanentFailure(f"the query may only read tables and views of its own database, not {text}")
    if any(FOREIGN_PLACES & set(part.name) for part in table.parts if isinstance(part, exp.Identifier)):
        raise PermanentFailure(f"the query may only read tables and views, not files: {text}")


def _check_table_hint(hint: exp.WithTableHint) -> None:
    for entry in hint.expressions:
        if entry.name.lower() not in HARMLESS_TABLE_HINTS:
            raise PermanentFailure(f"the query may only read: the hint {entry.name.upper()} is not allowed")
