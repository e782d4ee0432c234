"""`causeloop connectors …`: what a connector makes of a payload, and the staging models of its mappings."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import fail, stderr, stdout, table

COVERED = {
    "title": ("title",),
    "time": ("source_created_at", "source_updated_at", "changed_at"),
    "severity": ("severity_value",),
    "status": ("status_value",),
    "service": ("service",),
    "team": ("team",),
    "environment": ("environment",),
    "error type": ("error_type",),
    "url": ("external_url",),
}

CASES = Path("tests/connectors/cases")

app = typer.Typer(cls=CommandList, help="Try, check and generate connectors.", no_args_is_help=True)


@app.callback()
def connectors() -> None:
    """Try, check and generate connectors."""


@app.command("map", epilog=show_examples("connectors map pagerduty answer.json"))
def map_file(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="Type of the connector, such as pagerduty.")],
    file: Annotated[
        Path,
        typer.Argument(help="One JSON document, a list, or JSON lines: an API answer, records or webhooks."),
    ],
    config: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Configuration; may be repeated.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: issues, changes, quarantined.")
    ] = False,
) -> None:
    """Show the issues and changes that a payload gives, and where each value was read."""
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload

    if type_ not in CONNECTORS:
        fail(f"there is no connector type {type_!r}: the types are {', '.join(CONNECTORS)}")
    settings = dict(entry.split("=", 1) for entry in config or [] if "=" in entry)
    mapped = MappedPayload()
    for document in _read_documents(file):
        mapped = mapped.extend(map_payload(CONNECTORS[type_], document, settings))
    if as_json:
        typer.echo(json.dumps(_as_document(mapped), default=str, ensure_ascii=False))
        return
    _print_meanings("issue", mapped.issues)
    _print_meanings("change", mapped.changes)
    for refused in mapped.quarantined:
        stderr().print(f"quarantined {refused.external_id or ''}: {refused.reason}", markup=False)
    stdout().print(
        f"{len(mapped.issues)} issues, {len(mapped.changes)} changes, {len(mapped.quarantined)} quarantined, "
        f"{mapped.ignored} that are no failures"
    )


@app.command(epilog=show_examples("connectors coverage payloads/", "connectors coverage payloads/ jira"))
def coverage(
    folder: Annotated[Path, typer.Argument(help="Holds a folder of payloads for each type.")],
    types: Annotated[list[str] | None, typer.Argument(metavar="[TYPE]…", help="All by default.")] = None,
) -> None:
    """Show which share of the issues in real payloads has each field."""
    from causeloop_pipeline.connectors.registry import CONNECTORS

    rows = []
    for name in types or sorted(CONNECTORS):
        mapped = _map_folder(CONNECTORS[name], folder / name)
        meanings = mapped.issues + mapped.changes
        counts = (len(mapped.issues), len(mapped.changes), len(mapped.quarantined), mapped.ignored)
        rows.append((name, *counts, *(_share(meanings, fields) for fields in COVERED.values())))
    columns = ["type", "issues", "changes", "quarantined", "ignored", *COVERED]
    stdout().print(table("Fields filled", columns, rows, right=columns[1:]))


def _share(meanings: list[Any], fields: tuple[str, ...]) -> str:
    if not meanings:
        return ""
    filled = sum(any(meaning.fields.get(name) for name in fields) for meaning in meanings)
    return f"{100 * filled / len(meanings):.0f} %"


@app.command(epilog=show_examples("connectors generate"))
def generate() -> None:
    """Write the files of the dbt project that follow from the declarations of the connectors."""
    from causeloop_pipeline.connectors.staging.staging_files import write_generated_files

    for path in write_generated_files():
        stdout().print(f"wrote {path}", markup=False)


@app.command(epilog=show_examples("connectors verify", "connectors verify pagerduty jira"))
def verify(
    types: Annotated[list[str] | None, typer.Argument(metavar="[TYPE]…", help="All by default.")] = None,
    cases: Annotated[Path, typer.Option(help="Holds a folder of cases for each type.")] = CASES,
    descriptions: Annotated[
        Path | None, typer.Option(help="Holds vendors' descriptions of their API, TYPE.json each.")
    ] = None,
    payloads: Annotated[
        Path | None, typer.Option(help="Holds a folder of real payloads for each type.")
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Of what is random: where a sync is killed, how bodies bend.")
    ] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="How many to verify at once.")] = 1,
    write: Annotated[
        Path | None, typer.Option(help="Write the labels, and their matrix into this Markdown file.")
    ] = None,
) -> None:
    """Prove connectors: against the vendor's own description, and against a tool on loopback that fails."""
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.landing.conformance.many import verify_many
    from causeloop_pipeline.landing.conformance.verify import Inputs

    names = sorted(set(types or CONNECTORS))
    if unknown := set(names) - CONNECTORS.keys():
        fail(
            f"there is no connector type {', '.join(sorted(unknown))}: the types are {', '.join(CONNECTORS)}"
        )
    verified: list[Any] = []
    try:
        for verification in verify_many(names, Inputs(cases, descriptions, payloads, seed), jobs):
            verified.append(verification)
            _print_verification(verification, f"[{len(verified)}/{len(names)}]")
    finally:  # what was run counts, also where the rest was interrupted
        if write is not None:
            _write_labels(write, verified)
    run = [verification for verification in verified if verification.has_run]
    passed = sum(verification.is_passed for verification in run)
    stdout().print(
        f"{passed} of {len(run)} connectors passed, {len(verified) - len(run)} have nothing to run"
    )
    if passed < len(run):
        raise typer.Exit(1)


def _write_labels(path: Path, verified: list[Any]) -> None:
    from causeloop_pipeline.connectors.proofs import read_proofs, write_proofs
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.landing.conformance.labels import label
    from causeloop_pipeline.landing.conformance.matrix import write_matrix

    write_proofs(label(CONNECTORS[verification.name], verification) for verification in verified)
    write_matrix(path, CONNECTORS, read_proofs())


def _print_verification(verification: Any, place: str) -> None:
    word = "passed" if verification.is_passed else "FAILED" if verification.has_run else "not run"
    skipped = [verification.declaration_skipped, verification.pull_skipped, verification.webhook_skipped]
    notes = f" (skipped: {'; '.join(filter(None, skipped))})" if any(skipped) else ""
    count = f"{verification.passed_count} scenarios"
    stdout().print(f"{place} {verification.name}: {word}, {count}{notes}", markup=False)
    for outcome in verification.failures:
        stdout().print(f"  {outcome.scenario}: {outcome.note}", markup=False)
    for finding in verification.findings:
        stdout().print(f"  {finding.what} of {finding.pull}: {finding.detail}", markup=False)


def _read_documents(file: Path) -> Iterator[Any]:
    from causeloop_pipeline.landing.payload_files import PayloadFileError, read_documents

    try:
        yield from read_documents(file)
    except PayloadFileError as error:
        fail(str(error))


def _map_folder(connector: Any, folder: Path) -> Any:
    from causeloop_pipeline.landing.payload_files import PayloadFileError, map_folder

    try:
        return map_folder(connector, folder)
    except PayloadFileError as error:
        fail(str(error))


def _as_document(mapped: Any) -> dict[str, Any]:
    return {
        "issues": [_as_object(meaning) for meaning in mapped.issues],
        "changes": [_as_object(meaning) for meaning in mapped.changes],
        "quarantined": [
            {
                "external_id": refused.external_id,
                "reason": refused.reason,
                "payload": refused.raw.decode(errors="replace"),
            }
            for refused in mapped.quarantined
        ],
        "ignored": mapped.ignored,
    }


def _as_object(meaning: Any) -> dict[str, Any]:
    whole = asdict(meaning)
    fields = {name: _as_value(value) for name, value in whole["fields"].items()}
    return fields | {"variant": whole["variant"], "read_from": whole["paths"], "unread": whole["unread"]}


def _as_value(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _print_meanings(kind: str, meanings: list[Any]) -> None:
    for number, meaning in enumerate(meanings, 1):
        rows = [
            (name, str(value), ", ".join(meaning.paths.get(name, ())))
            for name, value in meaning.fields.items()
            if name != "attributes"
        ]
        attributes = meaning.fields.get("attributes") or {}
        rows += [
            (f"attributes.{name}", str(value), ", ".join(meaning.paths.get(f"attributes.{name}", ())))
            for name, value in attributes.items()
        ]
        stdout().print(table(f"{kind} {number}: {meaning.variant}", ["field", "value", "read from"], rows))
        if meaning.unread:
            stdout().print("unread: " + ", ".join(meaning.unread), markup=False)
