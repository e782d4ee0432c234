"""Judges a folder of an encoder: whether it loads, tells the same from the unlike, and what a text costs."""

import time
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.encoder.folder import EncoderFiles
from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

SAME_IN_OTHER_WORDS = (
    ("The app crashes when it is started", "Application fails on launch"),
    ("Customers cannot sign in", "Users are unable to log in to their account"),
    ("The invoice shows the wrong total", "Amount on the bill is incorrect"),
    ("Upload of large files never finishes", "Sending a big attachment hangs forever"),
    ("Search does not return new documents", "Recently added files are absent from results"),
    ("The page is very slow in the evening", "Response times are bad at peak hours"),
)
LONG_TEXT = "the settings page does not open when a person has no account and comes from an old link " * 12
_REPETITIONS = 10
MIN_PAIRS = len(SAME_IN_OTHER_WORDS) - 1
"""An encoder of another language or another kind finds few: by chance one in eleven."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was measured of an encoder."""

    width: int
    pairs: int  # of texts that say the same: how many are each other's nearest
    is_repeatable: bool
    milliseconds: float  # of processor time for a text of 128 tokens

    @property
    def is_fit(self) -> bool:
        """Whether it can be used for the search."""
        return self.pairs >= MIN_PAIRS and self.is_repeatable


def judge_encoder(files: EncoderFiles, *, threads: int = 1) -> Judgement:
    """Loads and tries an encoder; EncoderError where it cannot be loaded."""
    encoder = SentenceEncoder(files, threads=threads)
    texts = [text for pair in SAME_IN_OTHER_WORDS for text in pair]
    vectors = np.stack([encoder.encode(text) for text in texts])
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -2.0)
    nearest = cosine.argmax(axis=1)
    mutual = sum(nearest[row] == row + 1 and nearest[row + 1] == row for row in range(0, len(texts), 2))
    again = SentenceEncoder(files, threads=threads).encode(texts[0])
    began = time.process_time()
    for _ in range(_REPETITIONS):
        encoder.encode(LONG_TEXT)
    seconds = (time.process_time() - began) / _REPETITIONS
    return Judgement(vectors.shape[1], int(mutual), again.tobytes() == vectors[0].tobytes(), 1000 * seconds)
