"""Masks what differs from run to run in a machine's message: numbers, addresses, paths, names of hosts.

What is left is the same text whenever the same statement of a program wrote it. All patterns are in the
syntax of the Rust `regex` crate (linear time, no backtracking), so a hostile message cannot make one slow.
"""

from functools import lru_cache, reduce

import polars as pl

WILDCARD = "\x01"
DISPLAYED_WILDCARD = "<*>"

_EDGE = r"(?-u:\b)"
_W = "[A-Za-z0-9_]"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_UNITS = "[KMGT]i?[Bb]|[Bb]ytes?|ms|msecs?|us|ns|s|secs?|seconds?|mins?|minutes?|hours?|days?|%"

_CONTROL = r"[\x00-\x1f\x7f]+"
_RULER = r"[-=*#~.]{4,}"
_EXCEPTION = rf"{_W}+(?:[.$]{_W}+)*[.$]([A-Z]{_W}*(?:Exception|Error)){_EDGE}"
_PATH = (
    r"""(^|[\s=:"'(\[{<,|>])(?:[A-Za-z]:|[A-Za-z][A-Za-z0-9+.\-]{1,15}:/|\.{0,2}|~)?"""
    r"""(?:[\\/]+[A-Za-z0-9_.\-+@%~$*{}&#:!]+)+[\\/]*(?:\?[^\s"']*)?"""
)
_VARIABLE = "|".join(
    (
        r"[A-Za-z][A-Za-z0-9+.\-]{1,15}://[^\s\"'<>)\]}]+",
        r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+",
        rf"(?:(?:{_DAYS})[a-z]*,? +)?(?:{_MONTHS})[a-z]* +[0-9]{{1,2}}(?:,? +[0-9]{{4}})?"
        rf"(?:,? +[0-9:]{{5,8}}(?: [A-Z]{{3,4}})?)?(?: +[0-9]{{4}})?{_EDGE}",
        r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,}",
        rf"(?:[a-z0-9_\-]+\.)+[a-z0-9_\-]+:[0-9]{{1,5}}{_EDGE}|localhost(?::[0-9]+)?{_EDGE}",
        r"[A-Za-z_][A-Za-z0-9_$\-]*(?:\.[A-Za-z_$][A-Za-z0-9_$\-]*){2,}",
        rf"[-+]?[0-9][0-9.,]*\s?(?:{_UNITS}){_EDGE}",
        r"[A-Za-z0-9_.\-+#$@%~]*[0-9][A-Za-z0-9_.\-+#$@%~]*",
        rf"{_EDGE}[a-f]{{8,}}{_EDGE}",
    )
)
_NULL = rf"=\s*null{_EDGE}"
_QUOTED = r"=\s*(?:\"[^\"]*\"|'[^']*')"
_GLUE = r"\x01(?:[.:/\\\-_,+@#|*&;x]*\x01)+"
_BRACKETS = r"[\[({<][\s\x01.,:;/\-]*\x01[\s\x01.,:;/\-]*[\])}>]|\s[\[({<]\s*[\])}>]"
_RUN = r"\x01(?:\s*\x01)+"


_STEPS = (
    (_CONTROL, " "),
    (_RULER, " "),
    (_EXCEPTION, "${1}"),
    (_PATH, "${1}\x01"),
    (_VARIABLE, WILDCARD),
    (_NULL, "=\x01"),
    (_QUOTED, "=\x01"),
    (_GLUE, WILDCARD),
    (_BRACKETS, WILDCARD),
    (_RUN, WILDCARD),
    (r"\s+", " "),
)
_MASKED = reduce(lambda text, step: text.str.replace_all(*step), _STEPS, pl.col("text")).str.strip_chars(" ")
_HAS_LETTERS = pl.col("text").str.contains(r"\pL").alias("has_letters")


def mask(messages: pl.Series) -> pl.Series:
    """Masks the variable parts of messages.

    In: texts or nulls. Out: the same with `WILDCARD` for each variable part. A message without any letter
    keeps its punctuation and loses only its digits.

    Method: ordered masks as log parsers use them before mining (Drain, He et al., ICWS 2017), measured on the
    systems of Loghub.
    """
    table = messages.to_frame("text").select(_MASKED).with_columns(_HAS_LETTERS)
    masked, has_letters = table["text"].rename(messages.name), table["has_letters"]
    if has_letters.all():
        return masked

    without_digits = messages.str.replace_all(_CONTROL, " ").str.replace_all(r"[0-9]+", WILDCARD)
    return masked.zip_with(has_letters.fill_null(value=True), without_digits.str.strip_chars(" "))


@lru_cache(maxsize=32)
def mask_message(message: str) -> str:
    """Masks one message.

    In: a text. Out: as `mask` gives it; the last ones are not masked again, for one failure is searched for
    by several of its keys.
    """
    return str(mask(pl.Series([message], dtype=pl.String))[0])
