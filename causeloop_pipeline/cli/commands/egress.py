"""`causeloop egress …`: private addresses that connectors may reach, from now on and without a restart."""

from typing import Annotated

import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import fail, stdout
from causeloop_pipeline.egress.allow_list import find_allow_file, read_allowed
from causeloop_pipeline.storage.embedded.settings_files import replace_file

Entry = Annotated[str, typer.Argument(metavar="HOST:PORT", help="Such as alerts.internal:9093.")]

app = typer.Typer(cls=CommandList, help="Private addresses that connectors may reach.", no_args_is_help=True)


@app.callback()
def egress() -> None:
    """Private addresses that connectors may reach."""


@app.command(epilog=show_examples("egress allow alerts.internal:9093"))
def allow(entry: Entry) -> None:
    """Let connectors of every workspace reach a host and port; it holds at once, on this machine."""
    listed = _read_listed()
    _write_listed([*listed, spelled] if (spelled := _spell(entry)) not in listed else listed)
    stdout().print(f"connectors may reach {spelled} from now on", markup=False)


@app.command(epilog=show_examples("egress remove alerts.internal:9093"))
def remove(entry: Entry) -> None:
    """Take a host and port from the list."""
    listed, spelled = _read_listed(), _spell(entry)
    if spelled not in listed:
        fail(f"{spelled} is not listed here: see causeloop egress list, and CAUSELOOP_EGRESS_ALLOW")
    _write_listed([other for other in listed if other != spelled])
    stdout().print(f"connectors may no longer reach {spelled}", markup=False)


@app.command("list", epilog=show_examples("egress list"))
def list_entries() -> None:
    """What is listed, here and in CAUSELOOP_EGRESS_ALLOW."""
    from causeloop_pipeline.settings import settings

    for entry in sorted(filter(None, read_allowed(settings()).split(","))):
        stdout().print(entry.strip(), markup=False)


def _spell(entry: str) -> str:
    from causeloop_pipeline.egress.policy import AddressRefused, EgressPolicy

    try:
        return EgressPolicy.read_entry(entry)
    except AddressRefused as refused:
        fail(refused.reason)


def _read_listed() -> list[str]:
    from causeloop_pipeline.settings import settings

    file = find_allow_file(settings())
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def _write_listed(entries: list[str]) -> None:
    from causeloop_pipeline.settings import settings

    replace_file(find_allow_file(settings()), "".join(f"{entry}\n" for entry in entries))
