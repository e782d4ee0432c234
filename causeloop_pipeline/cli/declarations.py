"""Reads the files of declared connectors for commands, which exit with every problem of an invalid one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causeloop_pipeline.cli.output.terminal import fail, stderr
from causeloop_pipeline.egress.allow_list import read_allowed

if TYPE_CHECKING:
    from causeloop_pipeline.connectors.spec import Connector


def read_declared(file: Path) -> "Connector":
    """The connector that a file declares."""
    return read_declared_document(file)[0]


def read_declared_document(file: Path) -> "tuple[Connector, dict[str, Any], str]":
    """The connector that a file declares, its document and its text."""
    from causeloop_pipeline.connectors.declared.declaration import read_declaration
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.landing.declaration_address import check_addresses
    from causeloop_pipeline.settings import settings

    text = read_text(file)
    with exit_with_problems(file):
        connector, document = read_declaration(text)
        check_addresses(connector, EgressPolicy.parse(read_allowed(settings())))
    return connector, document, text


@contextmanager
def exit_with_problems(file: Path) -> Iterator[None]:
    """End the command with every problem of a file, each with its field and line."""
    from causeloop_pipeline.connectors.declared.problems import DeclarationError

    try:
        yield
    except DeclarationError as error:
        for problem in error.problems:
            stderr().print(f"{file}: {problem}", markup=False, soft_wrap=True)
        fail(f"{file}: {len(error.problems)} to be changed")


def read_payloads(file: Path) -> Iterator[Any]:
    """Every document of a file of payloads."""
    from causeloop_pipeline.landing.payload_files import PayloadFileError, read_documents

    try:
        yield from read_documents(file)
    except PayloadFileError as error:
        fail(str(error))


def read_text(file: Path, max_bytes: int = 6_000_000) -> str:
    """The text of a file, up to a size limit."""
    try:
        with file.open("rb") as stream:
            return stream.read(max_bytes).decode()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: cannot be read: {error}")
