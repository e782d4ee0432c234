"""Checks the encoder of the search by meaning, where one is set up."""

from collections.abc import Iterator

from causeloop_pipeline.cli.doctor import Finding, ok, wrong
from causeloop_pipeline.encoder.configured import is_semantic_search_on
from causeloop_pipeline.encoder.folder import EncoderError, read_pinned_folder
from causeloop_pipeline.settings import Settings

ABOUT = "search by meaning"


def check_encoder(config: Settings) -> Iterator[Finding]:
    """Whether the pinned encoder can be loaded and is fit; nothing where none is set up."""
    from causeloop_pipeline.encoder.judgement import judge_encoder

    if not is_semantic_search_on(config) or config.semantic_folder is None:
        return
    fix = "until then searches are by words alone: see docs/agents.md, or unset CAUSELOOP_SEMANTIC_FOLDER"
    try:
        files = read_pinned_folder(config.semantic_folder, config.semantic_sha256)
        judgement = judge_encoder(files, threads=config.semantic_threads)
    except EncoderError as error:
        yield wrong(ABOUT, str(error), fix)
        return
    cost = f"{judgement.milliseconds:.0f} ms for a text of 128 tokens"
    if judgement.is_fit:
        yield ok(ABOUT, f"the encoder in {config.semantic_folder} is fit: {cost}")
    else:
        yield wrong(ABOUT, f"the encoder in {config.semantic_folder} finds few texts that say the same", fix)
