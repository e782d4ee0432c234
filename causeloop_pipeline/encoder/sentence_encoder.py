"""Makes vectors of texts with an ONNX model on the processor: nothing is downloaded, and no text leaves."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.encoder.folder import EncoderError, EncoderFiles, read_pinned_folder

MAX_CHARACTERS = 2_000
MAX_TOKENS = 128
"""Later words hardly help: twice as many cost twice the time and gain nothing on what people write."""

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
MISSING_EXTRA = "the extra is not installed: pip install 'causeloop[semantic]'"
QUIET = 3  # of ONNX Runtime's levels: errors only

Vector = NDArray[np.float32]


class SentenceEncoder:
    """A loaded model; one text at a time, so that what is encoded beside a text cannot change its vector."""

    def __init__(self, files: EncoderFiles, *, threads: int = 1) -> None:
        self.digest = files.digest
        self._session, self._tokenizer = _load_model(files.model, threads), _load_tokenizer(files.tokenizer)
        self._inputs = [each.name for each in self._session.get_inputs()]
        if unknown := sorted(set(self._inputs) - set(INPUTS)):
            raise EncoderError(f"the model wants {', '.join(unknown)}; an encoder takes {', '.join(INPUTS)}")

    def encode(self, text: str) -> Vector:
        """The vector of a text, of length 1: the mean over its tokens; later tokens than 128 do not count."""
        plain = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()  # no half of a pair of code units
        encoding = self._tokenizer.encode(plain)
        ids = np.array([encoding.ids], dtype=np.int64)
        values = {INPUTS[0]: ids, INPUTS[1]: np.ones_like(ids), INPUTS[2]: np.zeros_like(ids)}
        (output, *_) = self._session.run(None, {name: values[name] for name in self._inputs})
        vector = np.asarray(output, dtype=np.float32)
        pooled = vector[0].mean(axis=0) if vector.ndim == 3 else vector[0]
        if pooled.ndim != 1 or not np.isfinite(pooled).all():
            raise EncoderError("the model's first output is not a vector for each token, or for the text")
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-12), dtype=np.float32)


def load_encoder(folder: Path, pinned: str | None, *, threads: int = 1) -> SentenceEncoder:
    """Loads the pinned encoder; EncoderError says why it cannot be used.

    Never in a process that others are forked from: with more than one thread a fork would wait for those of
    its parent.
    """
    return SentenceEncoder(read_pinned_folder(folder, pinned), threads=threads)


def _load_model(model: bytes, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise EncoderError(MISSING_EXTRA) from None

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.use_deterministic_compute = True
    options.log_severity_level = QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:  # from memory: what was hashed is what runs, and no other file is read
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class but this
        raise EncoderError(f"ONNX Runtime cannot load the model: {error}") from None


def _load_tokenizer(content: bytes) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise EncoderError(MISSING_EXTRA) from None

    try:
        tokenizer = Tokenizer.from_str(content.decode())
    except Exception as error:  # the same
        raise EncoderError(f"tokenizer.json is not a tokenizer: {error}") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
