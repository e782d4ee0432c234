"""`causeloop connectors …`: what a connector makes of a payload, and of the records that are stored."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from causeloop_pipeline.cli.declarations import read_declared, read_payloads
from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.mapped_payload import build_document, print_mapped
from causeloop_pipeline.cli.output.terminal import USAGE, build_table, fail, stdout
from causeloop_pipeline.cli.output.verification import print_verification
from causeloop_pipeline.model.change import TEXT_FIELDS as CHANGE_TEXT_FIELDS
from causeloop_pipeline.model.issue import CHOICES, ISSUE_FIELDS

MAPPED = tuple(field for field in ISSUE_FIELDS if field.name not in ("external_id", "body"))
COVERED = {
    "time": ("source_created_at", "source_updated_at", "changed_at"),
    **{
        field.label.lower(): (f"{field.name}_value" if field.name in CHOICES else field.name,)
        for field in MAPPED
    },
}
OF_ISSUES_ONLY = frozenset(field.label.lower() for field in MAPPED if field.name not in CHANGE_TEXT_FIELDS)

app = typer.Typer(cls=CommandList, help="Try and check connectors.", no_args_is_help=True)


@app.callback()
def connectors() -> None:
    """Try and check connectors."""


@app.command(
    "map",
    epilog=show_examples(
        "connectors map pagerduty answer.json",
        "connectors map jira export.csv",
        "connectors map --declaration desk.yaml a.json",
    ),
)
def map_file(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="[TYPE] FILE",
            help="Type of the connector, such as pagerduty, and one JSON document, a list, or JSON lines: an "
            "API answer, records or webhooks; or a table that the tool exported, as CSV, Excel or parquet.",
        ),
    ],
    declaration: Annotated[
        Path | None, typer.Option(metavar="YAML", help="A declaration of your own, in place of TYPE.")
    ] = None,
    config: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Configuration; may be repeated.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: issues, changes, quarantined.")
    ] = False,
) -> None:
    """Show the issues and changes that a payload becomes, and where each value was read."""
    from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload

    if len(names) != (1 if declaration else 2):
        fail("name the type and one file, or --declaration and one file", USAGE)
    connector = read_declared(declaration) if declaration else _find_connector(names[0])
    settings = dict(entry.split("=", 1) for entry in config or [] if "=" in entry)
    mapped = _map_table(connector, Path(names[-1]))
    if mapped is None:
        mapped = MappedPayload()
        for document in read_payloads(Path(names[-1])):
            mapped = mapped.extend(map_payload(connector, document, settings))
    if as_json:
        typer.echo(json.dumps(build_document(mapped), default=str, ensure_ascii=False))
    else:
        print_mapped(mapped)


@app.command(epilog=show_examples("connectors coverage payloads/", "connectors coverage payloads/ jira"))
def coverage(
    folder: Annotated[Path, typer.Argument(help="Holds a folder of payloads for each type.")],
    types: Annotated[list[str] | None, typer.Argument(metavar="[TYPE]…", help="All by default.")] = None,
) -> None:
    """Show for each field the share of issues in real payloads that have it."""
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.landing.field_coverage import measure_share_read
    from causeloop_pipeline.landing.map_payload import MappedPayload

    rows, every = [], MappedPayload()
    for name in types or sorted(CONNECTORS):
        mapped = _map_folder(CONNECTORS[name], folder / name)
        rows.append(_build_coverage_row(name, mapped))
        every = every.extend(mapped)
    rows.append(_build_coverage_row("all", every))
    columns = ["type", "issues", "changes", "quarantined", "ignored", *COVERED]
    stdout().print(build_table("Fields filled", columns, rows, right=columns[1:]))
    held = {name: measure_share_read(every.issues, f"{name}_value") for name in CHOICES}
    shares = [f"{name} {100 * float(share):.1f} %" for name, share in held.items() if share is not None]
    stdout().print(f"Read where an issue's payload seems to hold one: {', '.join(shares) or 'no issues'}")


def _map_table(connector: Any, file: Path) -> Any:
    """The issues of an exported table's rows; None where the file is not a table."""
    from causeloop_pipeline.landing.export_file.reader import IssueFileError
    from causeloop_pipeline.landing.mapped_export import TABLES, map_export

    if file.suffix.lower() not in TABLES:
        return None
    try:
        return map_export(connector, file)
    except IssueFileError as error:
        fail(str(error))


def _find_connector(name: str) -> Any:
    from causeloop_pipeline.connectors.registry import CONNECTORS

    if name not in CONNECTORS:
        fail(f"there is no connector type {name!r}: the types are {', '.join(CONNECTORS)}")
    return CONNECTORS[name]


def _build_coverage_row(name: str, mapped: Any) -> tuple[Any, ...]:
    from causeloop_pipeline.landing.field_coverage import measure_share_filled

    counts = (len(mapped.issues), len(mapped.changes), len(mapped.quarantined), mapped.ignored)
    both = mapped.issues + mapped.changes
    shares = (
        measure_share_filled(mapped.issues if field in OF_ISSUES_ONLY else both, sources)
        for field, sources in COVERED.items()
    )
    return (name, *counts, *("" if share is None else _format_percent(share) for share in shares))


def _format_percent(share: Any) -> str:
    return f"{100 * float(share):.0f} %"


@app.command(epilog=show_examples("connectors show prometheus_alertmanager"))
def show(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="Type of the connector, such as pagerduty.")],
) -> None:
    """Show how to connect a type: credentials, what to enter in the tool, what is read and what is not."""
    from causeloop_pipeline.connectors.guide import render_guide

    stdout().print(render_guide(_find_connector(name)), markup=False, highlight=False, soft_wrap=True)


@app.command(epilog=show_examples("connectors pages docs/connectors"))
def pages(
    folder: Annotated[Path, typer.Argument(help="Created if it does not exist.")],
) -> None:
    """Write the page of every type, as `connectors show` prints it, and an index of them."""
    from causeloop_pipeline.connectors.guide import render_guide
    from causeloop_pipeline.connectors.registry import CONNECTORS

    folder.mkdir(parents=True, exist_ok=True)
    tools = sorted(CONNECTORS.values(), key=lambda tool: tool.title.lower())
    for tool in tools:
        (folder / f"{tool.name}.md").write_text(render_guide(tool), encoding="utf-8")
    index = "".join(f"- [{tool.title}]({tool.name}.md), {tool.category.value}\n" for tool in tools)
    (folder / "index.md").write_text(f"# Connectors by type\n\n{index}", encoding="utf-8")
    stdout().print(f"{len(tools)} pages written into {folder}", markup=False)


@app.command(epilog=show_examples("connectors reread pagerduty", "connectors reread"))
def reread(
    types: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TYPE]…", help="Those whose mappings have changed by default."),
    ] = None,
) -> None:
    """Read stored records again by the present mappings, now; the next run normalizes what has changed."""
    from causeloop_pipeline.cli.output.rereading import describe_rereading
    from causeloop_pipeline.stages.installation import Installation
    from causeloop_pipeline.stages.jobs.rereading import begin_rereading, read_batch

    names = [_find_connector(name).name for name in types or ()]
    with Installation().database.keep_connection() as database:
        rereading = begin_rereading(database, names)
        while rereading.finished_at is None:
            stdout().print(describe_rereading(rereading), markup=False)
            rereading = read_batch(database, rereading)
    stdout().print(f"{rereading.records_read:,} records read again", markup=False)


@app.command(epilog=show_examples("connectors verify", "connectors verify pagerduty jira"))
def verify(
    types: Annotated[list[str] | None, typer.Argument(metavar="[TYPE]…", help="All by default.")] = None,
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
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of a PostgreSQL, to verify postgresql on a schema of its own."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the labels, and their matrix into this Markdown file.")
    ] = None,
) -> None:
    """Verify connectors against the vendor's own API description and a fault-injecting tool on loopback."""
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
        inputs = Inputs(descriptions, payloads, seed, database_url=database)
        for verification in verify_many(names, inputs, jobs):
            verified.append(verification)
            print_verification(verification, f"[{len(verified)}/{len(names)}]")
    finally:  # scenarios that ran count even if the rest was interrupted
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
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.connectors.verification_labels import read_labels, write_labels
    from causeloop_pipeline.landing.conformance.labels import label
    from causeloop_pipeline.landing.conformance.matrix import write_matrix

    labels = read_labels()  # scenarios that cannot run here may have run elsewhere
    new = [entry for entry in verified if entry.has_run or entry.name not in labels]
    write_labels(label(CONNECTORS[entry.name], entry) for entry in new)
    write_matrix(path, CONNECTORS, read_labels())


def _map_folder(connector: Any, folder: Path) -> Any:
    from causeloop_pipeline.landing.payload_files import PayloadFileError, map_folder

    try:
        return map_folder(connector, folder)
    except PayloadFileError as error:
        fail(str(error))
