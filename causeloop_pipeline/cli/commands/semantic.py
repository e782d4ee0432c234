"""`causeloop semantic check FOLDER`: hashes and judges the encoder of the search by meaning."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json
from causeloop_pipeline.cli.output.help import SHORT_AND_LONG, show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, build_table, fail, print_json_lines, stdout
from causeloop_pipeline.encoder.folder import EncoderError, read_folder

CHECK_EXAMPLES = show_examples("semantic check encoder/", "semantic check encoder/ --json")

app = typer.Typer(
    help="The search by meaning, which is off unless you name an encoder.",
    no_args_is_help=True,
    context_settings=SHORT_AND_LONG,
    rich_markup_mode=None,
)


@app.command("check", epilog=CHECK_EXAMPLES)
def check(
    folder: Annotated[Path, typer.Argument(help="Folder with model.onnx and tokenizer.json.")],
    threads: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 1,
    as_json: Json = False,
) -> None:
    """Try an encoder, and print what pins its files."""
    from causeloop_pipeline.encoder.judgement import MIN_PAIRS, SAME_IN_OTHER_WORDS, judge_encoder

    try:
        files = read_folder(folder)
        judgement = judge_encoder(files, threads=threads)
    except EncoderError as error:
        fail(str(error))
    rows = [(name, digest) for name, digest in files.hashes.items()]
    rows += [
        ("CAUSELOOP_SEMANTIC_SHA256", files.digest),
        ("numbers in a vector", str(judgement.width)),
        ("pairs in other words", f"{judgement.pairs} of {len(SAME_IN_OTHER_WORDS)}, at least {MIN_PAIRS}"),
        ("the same when loaded again", "yes" if judgement.is_repeatable else "no"),
        ("a text of 128 tokens", f"{judgement.milliseconds:.0f} ms of processor time"),
        ("judgement", "fit for the search" if judgement.is_fit else "not fit: search by words alone"),
    ]
    if as_json:
        print_json_lines("figure", pl.DataFrame(rows, schema=["about", "value"], orient="row"))
    else:
        stdout().print(build_table(f"The encoder in {folder}", ("", ""), rows))
    if not judgement.is_fit:
        raise typer.Exit(FAILED)
