"""A sentence encoder of a few kilobytes: words that mean the same have one vector, all others their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

WIDTH = 48
SYNONYMS = (
    ("crashes", "fails", "breaks"),
    ("app", "application", "program"),
    ("start", "launch", "startup"),
    ("customers", "users", "people"),
    ("login", "authentication", "signin"),
    ("invoice", "bill"),
    ("total", "amount"),
    ("wrong", "incorrect"),
    ("search", "lookup"),
    ("slow", "sluggish"),
)
OTHER_WORDS = (
    "the",
    "of",
    "is",
    "at",
    "on",
    "to",
    "for",
    "in",
    "evening",
    "printer",
    "jams",
    "upload",
    "hangs",
)
SKIPPED = "the extra causeloop[semantic] or the tool onnx is not installed: pip install -r requirements.lock"


def make_tiny_encoder(folder: Path, *, seed: int = 7) -> Path:
    """Write the two files of an encoder."""
    onnx = pytest.importorskip("onnx", reason=SKIPPED)
    tokenizers = pytest.importorskip("tokenizers", reason=SKIPPED)
    pytest.importorskip("onnxruntime", reason=SKIPPED)
    groups = [("[UNK]",), *SYNONYMS, *((word,) for word in OTHER_WORDS)]
    words = [(word, number) for number, group in enumerate(groups) for word in group]
    rows = np.random.default_rng(seed).standard_normal((len(groups), WIDTH)).astype(np.float32)
    rows[0] *= 0.01
    table = rows[[number for _, number in words]]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_build_model(onnx, table).SerializeToString())
    model = tokenizers.models.WordLevel(
        {word: place for place, (word, _) in enumerate(words)}, unk_token="[UNK]"
    )
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    return folder


def _build_model(onnx: Any, table: Any) -> Any:
    helper, int64, float32 = onnx.helper, onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [helper.make_tensor_value_info("input_ids", int64, ["batch", "sequence"])],
        [helper.make_tensor_value_info("last_hidden_state", float32, ["batch", "sequence", WIDTH])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
