"""Vectors are reduced to 128 numbers of 8 bits, and texts that were near stay near."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.text_vectors import (
    WIDTH,
    Encoded,
    Projection,
    compare_vectors,
    fit_projection,
    join_text,
    read_vectors,
)


def make_encoded(texts: int, width: int, seed: int = 0) -> Encoded:
    """Texts on few subjects, all with something in common, as an encoder would make them."""
    generator = np.random.default_rng(seed)
    subjects = generator.standard_normal((8, width))
    vectors = (
        subjects[generator.integers(0, 8, texts)] + 0.3 * generator.standard_normal((texts, width)) + 1.0
    )
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize(("texts", "width"), [(60, 384), (500, 384), (500, 48), (3, 48)])
def test_the_nearest_text_stays_the_nearest(texts: int, width: int) -> None:
    encoded = make_encoded(texts, width)

    vectors = fit_projection(encoded).compress(encoded)

    assert vectors.shape == (texts, WIDTH)
    agreement = np.corrcoef(compare_vectors(vectors, vectors).ravel(), _compare_centred(encoded).ravel())[
        0, 1
    ]
    assert agreement > 0.95


def _compare_centred(encoded: Encoded) -> Encoded:
    centred = encoded - encoded.mean(axis=0) * len(encoded) / (len(encoded) + 50)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred @ centred.T)


def test_what_all_texts_have_in_common_makes_none_near() -> None:
    encoded = make_encoded(500, 96)

    cosine = compare_vectors(*[fit_projection(encoded).compress(encoded)] * 2)

    assert (encoded @ encoded.T).mean() > 0.4
    assert abs(float(cosine.mean())) < 0.1


def test_a_stored_projection_makes_the_same_vectors() -> None:
    encoded = make_encoded(200, 384)
    projection = fit_projection(encoded)

    again = Projection.parse(projection.dump())

    assert again.dump() == projection.dump()
    assert again.compress(encoded).tobytes() == projection.compress(encoded).tobytes()
    assert read_vectors(projection.compress(encoded).tobytes()).shape == (200, WIDTH)


@given(st.text(max_size=50) | st.none(), st.text(max_size=5_000) | st.none())
def test_what_is_encoded_of_an_issue_is_bounded(title: str | None, body: str | None) -> None:
    joined = join_text(title, body)

    assert len(joined) <= 2_051
    assert joined == joined.strip()
