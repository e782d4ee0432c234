"""The encoder that a command searches with, where that is wanted."""

from typing import TYPE_CHECKING

from causeloop_pipeline.cli.output.terminal import fail
from causeloop_pipeline.encoder.configured import load_configured_encoder
from causeloop_pipeline.encoder.folder import EncoderError
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder


def load_encoder() -> "SentenceEncoder":
    """The encoder that the settings name; ends the command where it cannot be used."""
    try:
        return load_configured_encoder(settings())
    except EncoderError as error:
        fail(str(error))
