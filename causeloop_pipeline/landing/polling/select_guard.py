"""Checks that a user's query is one harmless SELECT; what runs is generated from the parsed statement."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from causeloop_pipeline.egress.errors import PermanentFailure

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
    exp.Placeholder,
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
# Known to sqlglot, yet able to read or change more than rows.
HARMFUL_EXPRESSIONS = (exp.NextValueFor,)


def check_select(query: str) -> str:
    """The query as it may run; PermanentFailure names what is not allowed in it."""
    try:
        statements = [tree for tree in sqlglot.parse(query, read="postgres") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise PermanentFailure(f"the query cannot be read: {str(error).splitlines()[0][:200]}") from None
    if len(statements) != 1:
        raise PermanentFailure(f"the query must be one statement, not {len(statements)}")
    tree = statements[0]
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Subquery):
        raise PermanentFailure(f"the query must be a SELECT, not {tree.key.upper()}")
    for node in tree.walk():
        _check(node)
    return tree.sql(dialect="postgres", comments=False)


def _check(node: exp.Expr) -> None:
    if isinstance(node, (*FORBIDDEN_EXPRESSIONS, *HARMFUL_EXPRESSIONS)):
        raise PermanentFailure(f"the query may only read: {node.key.upper()} is not allowed in it")
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise PermanentFailure(f"the query may not call functions of a schema: {node.sql('postgres')[:100]}")
    if isinstance(node, exp.Anonymous) and node.name.lower() not in HARMLESS_FUNCTIONS:
        raise PermanentFailure(
            f"the query calls {node.name[:60]!r}, which is not on the list of harmless functions; "
            "make a view of it in the database and select from that"
        )
