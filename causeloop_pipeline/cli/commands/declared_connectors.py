"""`causeloop connectors check`: connectors that people declare themselves, as YAML."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from causeloop_pipeline.cli.declarations import (
    exit_with_problems,
    read_declared_document,
    read_payloads,
    read_text,
)
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import stderr, stdout
from causeloop_pipeline.cli.output.verification import print_verification

CHECK_EXAMPLES = show_examples(
    "connectors check desk.yaml",
    "connectors check desk.yaml --sample a.json",
    "connectors check desk.yaml --webhook body.json",
)


def check(
    file: Annotated[Path, typer.Argument(help="The declaration.")],
    *,
    sample: Annotated[
        Path | None,
        typer.Option(help="An answer of the tool, or an object of answers by list, to verify it with."),
    ] = None,
    webhook: Annotated[Path | None, typer.Option(help="A body of its webhook, or a list of them.")] = None,
    config: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Configuration; may be repeated.")
    ] = None,
) -> None:
    """Check a connector of your own: every problem with its line, or what it reads.

    With samples it is run against a fault-injecting tool on loopback, like the built-in ones.
    """
    connector, document, _ = read_declared_document(file)
    lists = ", ".join(listed.name for listed in connector.pulls) or "nothing"
    webhooks = "takes webhooks" if connector.webhook else "takes no webhooks"
    stdout().print(
        f"{document['name']} ({connector.title}) can be used: it polls {lists}, {webhooks}, and maps "
        f"{len(connector.issues)} kinds of issues and {len(connector.changes)} of changes.",
        markup=False,
        soft_wrap=True,
    )
    if sample or webhook:
        from causeloop_pipeline.connectors.cases import Case

        case = Case(
            config=dict(entry.split("=", 1) for entry in config or [] if "=" in entry),
            pull=_read_answers(connector, sample),
            webhook=_read_bodies(webhook),
        )
        _verify(connector, document["name"], case)


IMPORT_EXAMPLES = show_examples(
    "connectors import manifest.yaml", "connectors import manifest.yaml -o desk.yaml"
)


def import_manifest(
    manifest: Annotated[Path, typer.Argument(help="A low-code manifest of Airbyte, YAML.")],
    *,
    name: Annotated[str, typer.Option(help="Name of the connector; by default that of the folder.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; by default it is printed.")
    ] = None,
) -> None:
    """Convert your own Airbyte manifest into a connector of your own, and list what is lost.

    Manifests with custom code are refused.
    """
    from causeloop_pipeline.connectors.airbyte.convert import convert_manifest

    chosen = name or re.sub(r"\W+", "_", manifest.resolve().parent.name.lower()).removeprefix("source_")
    with exit_with_problems(manifest):
        written, losses = convert_manifest(read_text(manifest), chosen)
    if output is None:
        typer.echo(written)
    else:
        output.write_text(written, encoding="utf-8")
    for loss in losses:
        stderr().print(f"lost: {loss}", markup=False, soft_wrap=True)


ADD_EXAMPLES = show_examples("connectors add desk.yaml --workspace acme/main")


def add(
    file: Annotated[Path, typer.Argument(help="The declaration.")],
    workspace: Annotated[str, typer.Option(help="organization/workspace, workspace, or its id.")],
) -> None:
    """Store a connector of your own in a workspace; people then set it up like any other.

    One of the same name is replaced, also in the connectors that follow it. Those whose credentials would now
    be sent to others stop until the credentials are entered again.
    """
    from causeloop_pipeline.cli.stored_workspace import open_stored_workspace
    from causeloop_pipeline.storage.app.declarations import store_declaration

    _, document, text = read_declared_document(file)
    with open_stored_workspace(workspace) as stored:
        reentries = store_declaration(stored.session, stored.workspace_id, document, text)
    for name in reentries:
        stderr().print(f"{name}: its credentials would go to others now: enter them again", markup=False)
    stderr().print(f"{document['name']} is stored: it is in the catalog of {workspace}", markup=False)


def _verify(connector: Any, name: str, case: Any) -> None:
    from causeloop_pipeline.landing.conformance.verify import Inputs, verify_case

    verification = verify_case(connector, case, Inputs())
    verification.name = name
    print_verification(verification, "[1/1]")
    if not verification.is_passed:
        raise typer.Exit(1)


def _read_answers(connector: Any, file: Path | None) -> dict[str, Any]:
    """Answers by list; a document that is not keyed by list is the first list's answer."""
    documents = list(read_payloads(file)) if file else []
    names = [listed.name for listed in connector.pulls]
    if not documents or not names:
        return {}
    answer = documents[0]
    is_by_list = isinstance(answer, dict) and answer.keys() <= set(names)
    return answer if is_by_list else {names[0]: answer}


def _read_bodies(file: Path | None) -> list[Any]:
    documents = list(read_payloads(file)) if file else []
    return documents[0] if len(documents) == 1 and isinstance(documents[0], list) else documents
