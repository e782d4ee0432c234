"""Why each issue is where it is: what it shares with its pattern, the nearest pattern it was not put into,
and what was missing.

`reason` is JSON: {"kind": "template|terms|dimensions|trace|person", "text": a sentence, …}; by kind also
`template` (slots shown as `<*>`), `slots`; `terms` ([{"term", "weight"}], rarest first), `with`;
`dimensions`; `trace`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.fingerprints.masking import SHOWN_WILDCARD, WILDCARD
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import rows_of

_TERMS = 6
_CHUNK = 40_000


def reason_json(kind: str, text: str, **details: Any) -> str:
    """One reason, keys sorted."""
    return orjson.dumps({"kind": kind, "text": text, **details}, option=orjson.OPT_SORT_KEYS).decode()


def template_reason(template: str) -> str:
    """The issue carries the pattern's message."""
    slots = template.count(SHOWN_WILDCARD)
    differing = f", which differs only in {slots} marked places" if slots else ""
    return reason_json(
        "template", f"Same message{differing}: {template[:200]}", template=template, slots=slots
    )


def trace_reason(trace_key: str) -> str:
    """The issue failed in the same place of the code."""
    return reason_json("trace", "Same error raised through the same in-app stack frames", trace=trace_key)


def burst_reason(service: str | None, component: str | None) -> str:
    """The issue hit the same place shortly before or after."""
    places = {"service": service, "component": component}
    dimensions = {name: value for name, value in places.items() if value}
    named = " and ".join(f"{name} {value}" for name, value in dimensions.items())
    text = (
        f"Same {named}, and sooner after one another than chance explains"
        if named
        else "A person put it here"
    )
    return reason_json("dimensions", text, dimensions=dimensions)


def person_reason(other: str) -> str:
    """A person said so."""
    return reason_json("person", f"A person put it together with {other}", **{"with": other})


def same_text_reason(title: str) -> str:
    """Word for word the same report."""
    return reason_json("terms", f"Word for word the same report: {title[:200]}", terms=[])


def term_reason(terms: Sequence[tuple[str, float]], mate: str) -> str:
    """The issue shares rare terms with its mate; the rarest first, with their weights."""
    words = ", ".join(term for term, _ in terms[:4])
    text = f"Shares the rare terms {words} with {mate}" if words else f"Reads like {mate}"
    return reason_json(
        "terms", text, terms=[{"term": term, "weight": weight} for term, weight in terms], **{"with": mate}
    )


def shared_terms(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, left: Ints, right: Ints
) -> list[list[tuple[str, float]]]:
    """Per pair of a row of `ours` and a row of `theirs`, the rarest terms that both hold, with their idf."""
    words = lexicon.terms["term"]
    idf = lexicon.idf
    found: list[list[tuple[str, float]]] = []
    for start in range(0, len(left), _CHUNK):
        a = rows_of(ours.whole, left[start : start + _CHUNK], len(idf))
        b = rows_of(theirs.whole, right[start : start + _CHUNK], len(idf))
        both = a.multiply(b).tocsr()
        both.data = idf[both.indices]
        rows = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        order = np.lexsort((both.indices, -both.data, rows))
        place = np.arange(len(rows)) - np.repeat(both.indptr[:-1], np.diff(both.indptr))
        kept = order[place < _TERMS]
        terms = zip(
            words.gather(both.indices[kept]).to_list(), both.data[kept].round(2).tolist(), strict=True
        )
        lists: list[list[tuple[str, float]]] = [[] for _ in range(both.shape[0])]
        for row, term in zip(rows[kept].tolist(), terms, strict=True):
            lists[row].append(term)
        found += lists
    return found


def nearest_template(templates: Sequence[str]) -> list[tuple[int, str] | None]:
    """Per template, the one with most words in common, and in words what tells them apart; None without a
    common word.
    """
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    words = [
        sorted(set(template.replace(SHOWN_WILDCARD, WILDCARD).split()) - {WILDCARD}) for template in templates
    ]
    codes: dict[str, int] = {}
    rows = [(row, codes.setdefault(word, len(codes))) for row, found in enumerate(words) for word in found]
    if not rows:
        return [None] * len(templates)
    row, column = (np.array(side) for side in zip(*rows, strict=True))
    weight = 1.0 / np.sqrt(np.bincount(column)[column] * np.bincount(row)[row])
    matrix = csr_matrix((weight.astype(np.float32), (row, column)), shape=(len(templates), len(codes)))
    found = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=3, sort=True, n_threads=1)
    answer: list[tuple[int, str] | None] = []
    for at in range(len(templates)):
        span = slice(found.indptr[at], found.indptr[at + 1])
        near = [
            (-round(float(v), 6), int(o)) for o, v in zip(found.indices[span], found.data[span], strict=True)
        ]
        others = [other for _, other in sorted(near) if other != at]
        answer.append((others[0], _difference(words[at], words[others[0]])) if others else None)
    return answer


def _difference(ours: list[str], theirs: list[str]) -> str:
    lacking = _quoted(word for word in theirs if word not in ours)
    extra = _quoted(word for word in ours if word not in theirs)
    parts = [f"lacks {lacking}"] if lacking else []
    parts += [f"has {extra} instead"] if extra else []
    return f"the message {'; '.join(parts)}" if parts else "the same words in another order"


def _quoted(words: Iterable[str]) -> str:
    """The first three words in quotation marks; a slot with a comma is none."""
    telling = [word for word in words if any(sign.isalnum() for sign in word)]
    return ", ".join(f"“{word.replace(WILDCARD, SHOWN_WILDCARD)}”" for word in telling[:3])


def likeness_missing(mean: float, threshold: float, best: float) -> str:
    """What kept a text out of a pattern, in words."""
    if mean >= threshold:
        return "a person keeps them apart, or the pattern resembled others more"
    return f"mean likeness to all its members {mean:.2f}, {threshold:.2f} needed (nearest member {best:.2f})"
