"""Explains memberships: what an issue shares with its pattern, and what was missing to the nearest other one.

A reason is a row of `MEMBERSHIP_REASON`: its kind, a sentence, and the fields of its kind, `template` with
slots shown as `<*>`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import take_rows
from causeloop_pipeline.analysis.detect.similarity.tokens import spell_terms_of_each

_MAX_TERMS = 6
_MAX_TERMS_IN_TEXT = 4
_MAX_TEXT = 200
_CHUNK = 40_000

Reason = dict[str, Any]
"""The fields of `MEMBERSHIP_REASON` that are not null."""

WeightedTerm = tuple[str, float]
"""A term, or the word that it stands for, and its weight (inverse document frequency)."""


def explain_template(template: str) -> Reason:
    """Explains that an issue carries the pattern's message. In: the template. Out: a reason."""
    slots = template.count(DISPLAYED_WILDCARD)
    differing = f", which differs only in {slots} marked place{'' if slots == 1 else 's'}" if slots else ""
    text = f"Same message{differing}: {template[:_MAX_TEXT]}"
    return {"kind": "template", "text": text, "template": template, "slots": slots}


def explain_retold_template(template: str) -> Reason:
    """Explains that a person reports the pattern's message. In: the template. Out: a reason."""
    slots = template.count(DISPLAYED_WILDCARD)
    text = f"A person reports this message: {template[:_MAX_TEXT]}"
    return {"kind": "template", "text": text, "template": template, "slots": slots}


def explain_trace(trace_key: str) -> Reason:
    """Explains that an issue failed at the same place in the code. In: the trace key. Out: a reason."""
    text = "Same error raised through the same in-app stack frames"
    return {"kind": "trace", "text": text, "trace": trace_key}


def explain_burst(service: str | None, component: str | None) -> Reason:
    """Explains that an issue hit the same place shortly before or after. In: the place. Out: a reason."""
    places = {"service": service, "component": component}
    dimensions = {name: value for name, value in places.items() if value}
    named = " and ".join(f"{name} {value}" for name, value in dimensions.items())
    text = (
        f"Same {named}, and sooner after one another than chance explains"
        if named
        else "A person put it here"
    )
    return {"kind": "dimensions", "text": text, "dimensions": dimensions}


def explain_storm() -> Reason:
    """Explains that an alert came in the same flood. Out: a reason."""
    text = "Came in the same flood of alerts, without a silence in between"
    return {"kind": "dimensions", "text": text, "dimensions": {}}


def explain_key(kind: str, values: Mapping[str, str | None], reason_of_text: Reason | None = None) -> Reason:
    """Explains that a key leads to an issue.

    In: the kind of key, the issue's fields; the reason by its text, where that leads to it. Out: a reason.
    """
    match kind:
        case "template":
            return explain_template(values["template"] or "")
        case "copy":
            return explain_trace(values["trace_key"] or "")
        case "storm":
            return explain_storm()
        case "burst":
            return explain_burst(values["service"], values["component"])
        case _:
            return reason_of_text or explain_same_text(values["title"] or "")


def explain_user_link(other: str) -> Reason:
    """Explains that a user linked an issue with another one. In: the other issue. Out: a reason."""
    return {"kind": "person", "text": "A person put them together", "with": other}


def explain_recurrence() -> Reason:
    """Explains that an issue is a pattern by itself. Out: a reason."""
    return {"kind": "terms", "text": "The same issue occurred more than once", "terms": []}


def explain_same_text(title: str) -> Reason:
    """Explains that an issue is a copy of the others. In: its title. Out: a reason."""
    return {"kind": "terms", "text": f"Word for word the same report: {title[:_MAX_TEXT]}", "terms": []}


def explain_terms(terms: Sequence[WeightedTerm], neighbour: str) -> Reason:
    """Explains that an issue shares rare terms with another one.

    In: the terms, the rarest first; the most similar issue of the pattern. Out: a reason.
    """
    words = ", ".join(term for term, _ in terms[:_MAX_TERMS_IN_TEXT])
    text = f"Shares the rare terms {words} with {neighbour}" if words else f"Reads like {neighbour}"
    listed = [{"term": term, "weight": weight} for term, weight in terms]
    return {"kind": "terms", "text": text, "terms": listed, "with": neighbour}


def find_shared_terms(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, left: Ints, right: Ints
) -> list[list[WeightedTerm]]:
    """Finds the rarest terms that both texts of a pair hold.

    In: two corpora and their lexicon, pairs of a row of `ours` and a row of `theirs`. Out: up to six terms
    per pair, the rarest first.
    """
    words, idf = lexicon.terms["term"], lexicon.idf
    terms_of_pair: list[list[WeightedTerm]] = []
    for start in range(0, len(left), _CHUNK):
        our_rows = take_rows(ours.whole, left[start : start + _CHUNK], len(idf))
        their_rows = take_rows(theirs.whole, right[start : start + _CHUNK], len(idf))
        shared = our_rows.multiply(their_rows).tocsr()
        shared.data = idf[shared.indices]

        pair = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
        rarest_first = np.lexsort((shared.indices, -shared.data, pair))
        place_in_pair = np.arange(len(pair)) - np.repeat(shared.indptr[:-1], np.diff(shared.indptr))
        listed = rarest_first[place_in_pair < _MAX_TERMS]
        names = words.gather(shared.indices[listed]).to_list()
        weights = shared.data[listed].round(2).tolist()

        terms_of_chunk: list[list[WeightedTerm]] = [[] for _ in range(shared.shape[0])]
        for number, name, weight in zip(pair[listed].tolist(), names, weights, strict=True):
            terms_of_chunk[number].append((name, weight))
        terms_of_pair += terms_of_chunk
    return terms_of_pair


def spell_shared_terms(
    terms_of_pair: Sequence[Sequence[WeightedTerm]], issues: pl.DataFrame
) -> list[list[WeightedTerm]]:
    """Writes shared terms as people know them.

    In: `find_shared_terms`; of each pair one of its issues, with `title` and `body`. Out: the words of that
    issue instead of their stems, each once.
    """
    terms = [[term for term, _ in shared] for shared in terms_of_pair]
    spelled = spell_terms_of_each(terms, issues["title"], issues["body"])
    words_of_pair: list[list[WeightedTerm]] = []
    for words, shared in zip(spelled, terms_of_pair, strict=True):
        first: dict[str, WeightedTerm] = {}
        for word, (_, weight) in zip(words, shared, strict=True):
            first.setdefault(word.lower(), (word, weight))
        words_of_pair.append(list(first.values()))
    return words_of_pair


def find_nearest_templates(templates: Sequence[str]) -> list[tuple[int, str] | None]:
    """Finds for each template the other one with most words in common.

    In: templates. Out: per template the place of the nearest other one, and in words how the two differ; None
    without a common word. Method: cosine over words, each weighted by its rarity.
    """
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    words = [
        sorted(set(template.replace(DISPLAYED_WILDCARD, WILDCARD).split()) - {WILDCARD})
        for template in templates
    ]
    codes: dict[str, int] = {}
    cells = [(row, codes.setdefault(word, len(codes))) for row, own in enumerate(words) for word in own]
    if not cells:
        return [None] * len(templates)
    row, column = (np.array(side) for side in zip(*cells, strict=True))
    weight = 1.0 / np.sqrt(np.bincount(column)[column] * np.bincount(row)[row])
    matrix = csr_matrix((weight.astype(np.float32), (row, column)), shape=(len(templates), len(codes)))
    products = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=3, sort=True, n_threads=1)

    nearest: list[tuple[int, str] | None] = []
    for place in range(len(templates)):
        span = slice(products.indptr[place], products.indptr[place + 1])
        candidates = sorted(
            (-round(float(similarity), 6), int(other))
            for other, similarity in zip(products.indices[span], products.data[span], strict=True)
        )
        others = [other for _, other in candidates if other != place]
        nearest.append((others[0], _describe_difference(words[place], words[others[0]])) if others else None)
    return nearest


def _describe_difference(ours: list[str], theirs: list[str]) -> str:
    lacking = _quote_words(word for word in theirs if word not in ours)
    extra = _quote_words(word for word in ours if word not in theirs)
    parts = [f"lacks {lacking}"] if lacking else []
    parts += [f"has {extra} instead"] if extra else []
    return f"the message {'; '.join(parts)}" if parts else "the same words in another order"


def _quote_words(words: Iterable[str]) -> str:
    """The first three words in quotation marks; a wildcard with punctuation is not a word."""
    readable = [word for word in words if any(sign.isalnum() for sign in word)]
    return ", ".join(f"“{word.replace(WILDCARD, DISPLAYED_WILDCARD)}”" for word in readable[:3])


def explain_similarity_shortfall(mean: float, threshold: float, best: float) -> str:
    """Explains what kept a text out of a pattern.

    In: its mean similarity to all members, the mean that was needed, the similarity to the nearest member.
    Out: a sentence.
    """
    if threshold == float("inf"):
        return "only people link issues in this workspace"
    if mean >= threshold:
        return "a person keeps them apart, or the pattern resembled others more"
    return (
        f"mean similarity to all its members {mean:.2f}, {threshold:.2f} needed (nearest member {best:.2f})"
    )
