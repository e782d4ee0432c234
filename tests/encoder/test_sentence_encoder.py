"""A sentence encoder makes the same vector of the same text, whatever it has encoded before."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from causeloop_pipeline.encoder.folder import EncoderError, EncoderFiles, read_folder
from causeloop_pipeline.encoder.judgement import judge_encoder
from causeloop_pipeline.encoder.sentence_encoder import MAX_CHARACTERS, MAX_TOKENS, SentenceEncoder
from causeloop_pipeline.settings import settings
from tests.support.skipping import NO_ENCODER

REAL = f"{NO_ENCODER}: set it to a folder that holds the weights"


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    return SentenceEncoder(read_folder(folder))


def test_words_of_one_meaning_are_nearer_than_others(encoder: SentenceEncoder) -> None:
    text, same, other = map(
        encoder.encode,
        ("the app crashes at start", "the application fails on launch", "the invoice total is wrong"),
    )

    assert text @ same > text @ other + 0.3


def test_a_vector_does_not_depend_on_what_was_encoded_before(folder: Path) -> None:
    first, second = (SentenceEncoder(read_folder(folder)) for _ in range(2))
    second.encode("the printer jams in the evening")

    text = "customers login fails"
    assert first.encode(text).tobytes() == second.encode(text).tobytes() == first.encode(text).tobytes()


def test_only_the_beginning_of_a_long_text_is_read(encoder: SentenceEncoder) -> None:
    text = "app " * (2 * MAX_TOKENS)

    assert len(text) < MAX_CHARACTERS
    assert (encoder.encode(text) == encoder.encode(text + "printer jams")).all()
    assert np.isfinite(encoder.encode("x" * 1_000_000)).all()


def test_no_text_at_all_has_a_vector(encoder: SentenceEncoder) -> None:
    assert np.isfinite(encoder.encode("\x00 \ud800 ☃")).all()


@pytest.mark.parametrize("name", ["model", "tokenizer"])
def test_what_is_not_an_encoder_is_refused(folder: Path, name: str) -> None:
    broken: EncoderFiles = replace(read_folder(folder), **{name: b"no such thing"})

    with pytest.raises(EncoderError, match=r"ONNX Runtime cannot load|is not a tokenizer"):
        SentenceEncoder(broken)


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_the_extra_its_error_names_what_to_install(
    folder: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(EncoderError, match=r"pip install 'causeloop\[semantic\]'"):
        SentenceEncoder(read_folder(folder))


def test_one_thread_starts_no_others_and_reads_nothing_but_what_was_hashed(folder: Path) -> None:
    code = (
        "import os, sys, pathlib; from causeloop_pipeline.encoder.folder import read_folder;"
        "from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder;"
        "files = read_folder(pathlib.Path(sys.argv[1])); import onnxruntime, tokenizers;"
        "before = len(os.listdir('/proc/self/task')); opened = [];"
        "sys.addaudithook(lambda name, values: name in ('open', 'socket.connect') and opened.append(values));"
        "SentenceEncoder(files).encode('the app crashes');"
        "print(len(os.listdir('/proc/self/task')) - before,"
        "[values for values in opened if str(values[0]) != '/proc/self/task'])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    ).stdout

    assert printed == "0 []\n"


def test_an_encoder_that_knows_few_words_is_judged_unfit(folder: Path) -> None:
    judgement = judge_encoder(read_folder(folder))

    assert not judgement.is_fit
    assert judgement.is_repeatable


def test_the_named_encoder_is_judged_fit() -> None:
    named = settings().semantic_folder
    if named is None or not named.is_dir():
        pytest.skip(REAL)

    judgement = judge_encoder(read_folder(named))

    assert judgement.is_fit
    assert judgement.pairs >= 5
