"""The encoder that the settings name, if any."""

from typing import TYPE_CHECKING

from causeloop_pipeline.encoder.folder import EncoderError
from causeloop_pipeline.settings import Settings

if TYPE_CHECKING:
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder


def is_semantic_search_on(settings: Settings) -> bool:
    """Whether an operator has named an encoder."""
    return settings.semantic_folder is not None


def load_configured_encoder(settings: Settings) -> "SentenceEncoder":
    """Load it; EncoderError says why that cannot be done."""
    from causeloop_pipeline.encoder.sentence_encoder import load_encoder

    if settings.semantic_folder is None:
        raise EncoderError(
            "no encoder is set up: name its folder in CAUSELOOP_SEMANTIC_FOLDER, and pin it with "
            "CAUSELOOP_SEMANTIC_SHA256"
        )
    return load_encoder(settings.semantic_folder, settings.semantic_sha256, threads=settings.semantic_threads)


def read_pinned_digest(settings: Settings) -> str:
    """The digest of the encoder whose vectors count; empty where none is pinned."""
    return (settings.semantic_sha256 or "").strip().lower()
