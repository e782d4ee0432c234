"""A connector's declaration against its vendor's own description: addresses, parameters, fields and words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import (
    Connector,
    LastRecordPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    PathPages,
    Pull,
    TokenPages,
)
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.vendor_schema import Description
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.record_meaning import UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import NoFailure, RawRecord
from causeloop_pipeline.model.vendor_words import map_vendor_word

WORD_FIELDS = ("severity", "status")


@dataclass(frozen=True)
class Finding:
    """What of a declaration the vendor's description does not confirm."""

    pull: str
    what: str
    """`address`, `parameter`, `field` or `word`."""
    detail: str


@dataclass(frozen=True)
class Evidence:
    """What a declaration is compared with beside the description: the case, and real payloads if at hand."""

    answers: Mapping[str, Any]
    config: Mapping[str, Any]
    payloads: Sequence[Any] = ()

    def has_seen(self, listed: Pull, path: str) -> bool:
        """Whether a real record holds something at a path: descriptions leave things out."""
        for document in self.payloads:
            inside = find_value(document, listed.records)
            entries = inside if isinstance(inside, list) else document if isinstance(document, list) else []
            if any(find_value(entry, path) is not None for entry in (document, *entries)):
                return True
        return False


def check_declaration(
    connector: Connector, description: Description, evidence: Evidence
) -> Iterator[Finding]:
    """Every finding over the lists that the connector polls."""
    for listed in connector.pulls:
        if listed.graphql is not None:
            continue
        operations = description.find_operations(listed.method, listed.path)
        if not operations:
            yield Finding(listed.name, "address", f"{listed.method} {listed.path} is not described")
            continue
        yield from _check_parameters(listed, description, operations)
        schema = next(filter(None, map(description.answer_schema, operations)), None)
        if schema is not None and listed.details is None:
            yield from _check_fields(connector, listed, description, schema, evidence)


def _check_parameters(
    listed: Pull, description: Description, operations: list[dict[str, Any]]
) -> Iterator[Finding]:
    names = set().union(*(description.parameter_names(operation) for operation in operations))
    if not names:
        return
    for name in sorted(_list_parameters(listed)):
        spellings = {name, name.partition(".")[0], name.partition("[")[0], f"{name}[]"}
        if not name.startswith("$") and not {spelling.lower() for spelling in spellings} & names:
            yield Finding(listed.name, "parameter", f"{name} is not a parameter of {listed.path}")


def _list_parameters(listed: Pull) -> set[str]:
    pages, since = listed.pages, listed.since
    sent = {name for name, _ in listed.params}
    size_param = getattr(pages, "size_param", None)
    sent |= {size_param} if size_param else set()
    match pages:
        case OffsetPages():
            sent.add(pages.offset_param)
        case NumberedPages():
            sent.add(pages.page_param)
        case TokenPages(in_header=False) | LastRecordPages():
            sent.add(pages.param)
        case PathPages():
            pass
    if since is not None:
        sent |= {name for name in (since.param, since.until_param) if name}
    return sent


def _check_fields(
    connector: Connector,
    listed: Pull,
    description: Description,
    schema: Any,
    evidence: Evidence,
) -> Iterator[Finding]:
    """The paging fields, the list itself, and every path that the case's records were read from."""
    for path in _list_paging_fields(listed):
        if description.resolve(schema, path) is None:
            yield Finding(listed.name, "field", f"the answer has no {path}")
    listing = description.resolve(schema, listed.records)
    if listing is None:
        yield Finding(listed.name, "field", f"the answer has no list at {listed.records!r}")
        return
    prefix = f"{listed.records}.0." if listed.records else "0."
    paths, words = _read_paths(connector, listed, evidence)
    in_full = description.find_record_schemas(listed.path)
    status_paths = {path for field, path in words if field == "status"}
    for path in sorted(_leave_out_supplements(paths - set(listed.undescribed), listed)):
        is_described = description.resolve(schema, prefix + path) is not None
        is_described = is_described or any(description.has_below(whole, path) for whole in in_full)
        if not is_described and not evidence.has_seen(listed, path):
            yield Finding(listed.name, "field", f"a record has no {path}")
    for field, path in sorted(words):
        if field == "severity" and path in status_paths:
            continue  # how a run ended tells how bad it was: words of runs that are not over are none
        for word in sorted(description.values_at(schema, prefix + path)):
            is_taken = _takes_word(connector, listed, path, word, evidence)
            if is_taken and map_vendor_word(field, word, connector.name) is None:
                yield Finding(listed.name, "word", f"the {field} {word!r} of {path} has no meaning")


def _leave_out_supplements(paths: set[str], listed: Pull) -> set[str]:
    """The paths without those that answers of other addresses are put at."""
    supplied = {supplement.into for supplement in listed.supplements}
    return {path for path in paths if path.partition(".")[0] not in supplied}


def _takes_word(
    connector: Connector,
    listed: Pull,
    path: str,
    word: str,
    evidence: Evidence,
) -> bool:
    """Whether a record with that word would be landed: a list may leave out what is not a failure."""
    items = find_value(evidence.answers.get(listed.name, {}), listed.records)
    bent = (set_at(item, path, word) for item in (items if isinstance(items, list) else ()))
    return any(
        not isinstance(
            extract(connector.name, listed.schema, item, channel="poll", config=evidence.config), NoFailure
        )
        for item in bent
    )


def _list_paging_fields(listed: Pull) -> list[str]:
    pages = listed.pages
    names = {
        OffsetPages: ("more", "next_offset"),
        TokenPages: ("next_path", "last_path", "more_path"),
        NextUrlPages: ("url",),
    }.get(type(pages), ())
    if isinstance(pages, TokenPages) and pages.in_header:
        names = ()
    return [path for path in (getattr(pages, name) for name in names) if path]


def _read_paths(
    connector: Connector, listed: Pull, evidence: Evidence
) -> tuple[set[str], set[tuple[str, str]]]:
    """The paths that the records of the case were read from, and those of their severity and status."""
    config = evidence.config
    paths: set[str] = set()
    words: set[tuple[str, str]] = set()
    items = find_value(evidence.answers.get(listed.name, {}), listed.records)
    for item in items if isinstance(items, list) else ():
        record = extract(connector.name, listed.schema, item, channel="poll", config=config)
        if not isinstance(record, RawRecord):
            continue
        try:
            meaning = read_meaning(connector, record, config)
        except UnknownVariantError:
            continue
        for field, read in meaning.paths.items():
            paths |= {path for path in read if path}
            if field in WORD_FIELDS and len(read) == 1:
                words.add((field, read[0]))
    return paths, words
