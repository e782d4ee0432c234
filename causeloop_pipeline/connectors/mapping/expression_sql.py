"""Renders the expressions of a mapping as the SQL text of a dbt model."""

import re
from collections.abc import Mapping
from functools import singledispatch
from typing import Any, assert_never

from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Concat,
    Different,
    Document,
    Element,
    Every,
    Expression,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Matches,
    Moment,
    Not,
    PlainText,
    Pluck,
    SeverityLabel,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.time_sql import WRITTEN_TIMES

TICKS_PER_SECOND = {
    TimeFormat.EPOCH_SECONDS: 1,
    TimeFormat.EPOCH_MILLISECONDS: 1_000,
    TimeFormat.EPOCH_NANOSECONDS: 1_000_000_000,
}
ESCAPED_DOT = "\0"
PLAIN_STEP = re.compile(r"-?\w+", re.ASCII)
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@singledispatch
def render(source: Any, _defaults: Mapping[str, str]) -> str:
    """An expression as SQL text."""
    raise TypeError(f"not an expression of a mapping: {source!r}")


@render.register
def _(_source: None, _defaults: Mapping[str, str]) -> str:
    return "null::text"


@render.register
def _(source: str, _defaults: Mapping[str, str]) -> str:
    return call_at("text_at", source)


@render.register
def _(source: tuple, defaults: Mapping[str, str]) -> str:  # type: ignore[type-arg]
    return _coalesce([render(alternative, defaults) for alternative in source])


@render.register
def _(source: Literal, _defaults: Mapping[str, str]) -> str:
    return quote(source.text)


@render.register
def _(source: Text, defaults: Mapping[str, str]) -> str:
    pieces = PLACEHOLDER.split(source.template)
    texts, names = pieces[::2], pieces[1::2]
    rendered = [quote(texts[0])] if texts[0] else []
    for name, text in zip(names, texts[1:], strict=True):
        rendered.append(_template_part(name, defaults))
        rendered += [quote(text)] if text else []
    return "(" + " || ".join(rendered) + ")"


@render.register
def _(source: Match, defaults: Mapping[str, str]) -> str:
    return f"nullif(substring({render(source.of, defaults)} from {quote_pattern(source.pattern)}), '')"


@render.register
def _(source: Join, defaults: Mapping[str, str]) -> str:
    parts = ", ".join(render(part, defaults) for part in source.parts)
    return f"nullif(concat_ws({quote(source.separator)}, {parts}), '')"


@render.register
def _(source: Concat, defaults: Mapping[str, str]) -> str:
    return "(" + " || ".join(render(part, defaults) for part in source.parts) + ")"


@render.register
def _(source: Pluck, _defaults: Mapping[str, str]) -> str:
    return f"({call_at('pluck_at', source.path, quote(source.key))} #>> '{{}}')"


@render.register
def _(source: Tag, _defaults: Mapping[str, str]) -> str:
    return call_at("tag_at", source.path, quote(source.names))


@render.register
def _(source: SeverityLabel, _defaults: Mapping[str, str]) -> str:
    return call_at("severity_label_at", source.path)


@render.register
def _(source: Element, _defaults: Mapping[str, str]) -> str:
    return call_at(
        "element_at", source.path, quote_path(source.key), quote(source.equals), quote_path(source.take)
    )


@render.register
def _(source: Document, _defaults: Mapping[str, str]) -> str:
    return call_at("document_at", source.path)


@render.register
def _(source: PlainText, _defaults: Mapping[str, str]) -> str:
    return call_at("plain_text_at", source.path)


@render.register
def _(source: Band, defaults: Mapping[str, str]) -> str:
    text = render(source.of, defaults)
    number = f"case when {text} ~ '^-?\\d{{1,19}}(\\.\\d+)?$' then ({text})::numeric end"
    branches = " ".join(f"when {number} >= {bound} then {quote(word)}" for bound, word in source.bounds)
    return f"case {branches} end"


@render.register
def _(source: Choose, defaults: Mapping[str, str]) -> str:
    then, otherwise = render(source.then, defaults), render(source.otherwise, defaults)
    return f"case when {render_condition(source.when, defaults)} then {then} else {otherwise} end"


@render.register
def _(source: Different, defaults: Mapping[str, str]) -> str:
    return f"nullif({render(source.of, defaults)}, {render(source.than, defaults)})"


@singledispatch
def render_condition(condition: Any, _defaults: Mapping[str, str]) -> str:
    """A condition as SQL text that is never null."""
    raise TypeError(f"not a condition of a mapping: {condition!r}")


@render_condition.register
def _(condition: Has, _defaults: Mapping[str, str]) -> str:
    return call_at("has_value", condition.path)


@render_condition.register
def _(condition: Is, defaults: Mapping[str, str]) -> str:
    words = ", ".join(quote(word.lower()) for word in condition.values)
    return f"coalesce(lower({render(condition.of, defaults)}) in ({words}), false)"


@render_condition.register
def _(condition: Matches, defaults: Mapping[str, str]) -> str:
    return f"coalesce({render(condition.of, defaults)} ~* {quote_pattern(condition.pattern)}, false)"


@render_condition.register
def _(condition: Kind, _defaults: Mapping[str, str]) -> str:
    return f"kind in ({', '.join(map(quote, condition.kinds))})"


@render_condition.register
def _(condition: Not, defaults: Mapping[str, str]) -> str:
    return f"not {render_condition(condition.condition, defaults)}"


@render_condition.register
def _(condition: Every, defaults: Mapping[str, str]) -> str:
    return "(" + " and ".join(render_condition(part, defaults) for part in condition.conditions) + ")"


@render_condition.register
def _(condition: Some, defaults: Mapping[str, str]) -> str:
    return "(" + " or ".join(render_condition(part, defaults) for part in condition.conditions) + ")"


def render_time(moment: Moment | None) -> str:
    """A moment as SQL text of type timestamptz."""
    match moment:
        case None:
            return "null::timestamptz"
        case tuple():
            return _coalesce([render_time(alternative) for alternative in moment])
        case str():
            return call_at("instant_at", moment)
        case Instant():
            if isinstance(moment.of, tuple):
                return _coalesce([render_time(Instant(part, moment.format)) for part in moment.of])
            return _render_instant(moment.of, moment.format)
    assert_never(moment)


def _render_instant(source: str | Expression, form: TimeFormat) -> str:
    """The time in what stands at a path, or in what an expression gives."""
    if form is TimeFormat.ZONE_NAME:
        return f"mapping.zoned_instant_of({render(source, {})})"
    if form in WRITTEN_TIMES:
        pattern, instant = WRITTEN_TIMES[form]
        return f"(select {instant} from regexp_match({render(source, {})}, {quote(pattern.pattern)}) as part)"
    ticks = [str(TICKS_PER_SECOND[form])] if form in TICKS_PER_SECOND else []
    name = "epoch" if ticks else "instant"
    if isinstance(source, str):
        return call_at(f"{name}_at", source, *ticks)
    return f"mapping.{name}_of({', '.join((render(source, {}), *ticks))})"


def quote(text: str) -> str:
    """A text as an SQL literal, safe inside Jinja."""
    literal = "'" + text.replace("'", "''") + "'"
    return literal.replace("{{", "{{ '{{' }}").replace("{%", "{{ '{%' }}").replace("{#", "{{ '{#' }}")


def quote_pattern(pattern: str) -> str:
    """A regular expression as an SQL literal: PostgreSQL writes the edge of a word as a `y`."""
    return quote(pattern.replace(r"\b", r"\y"))


def quote_path(path: str) -> str:
    """A dotted path as a text array; a dot after a backslash belongs to its key."""
    steps = path.replace("\\.", ESCAPED_DOT).split(".") if path else []
    return quote("{" + ",".join(_quote_step(step.replace(ESCAPED_DOT, ".")) for step in steps) + "}")


def call_at(function: str, path: str, *arguments: str) -> str:
    """The call of a function of the schema `mapping` on what the payload holds at a path."""
    return f"mapping.{function}({', '.join(('payload', quote_path(path), *arguments))})"


def _quote_step(step: str) -> str:
    return step if PLAIN_STEP.fullmatch(step) and step.lower() != "null" else f'"{step}"'


def _coalesce(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _template_part(name: str, defaults: Mapping[str, str]) -> str:
    if name.startswith("config."):
        return _config_value(name.removeprefix("config."), defaults)
    return render(name, defaults)


def _config_value(name: str, defaults: Mapping[str, str]) -> str:
    value = f"nullif(config ->> {quote(name)}, '')"
    return f"coalesce({value}, {quote(defaults[name])})" if defaults.get(name) else value
