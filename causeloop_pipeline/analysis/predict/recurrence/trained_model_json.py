"""What was learned, as JSON text and back, bit for bit: a number is written with all its digits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.predict.recurrence import (
    base_models,
    closed_forms,
    ensemble,
    flat_trees,
    local_learners,
    trained_model,
)
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.trained_model import LearnedRecurrence


def _kinds(*modules: ModuleType) -> dict[str, type]:
    found = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return {kind.__name__: kind for kind in found if is_dataclass(kind)}


KINDS = _kinds(base_models, closed_forms, ensemble, flat_trees, local_learners, trained_model)


def learned_text(learned: LearnedRecurrence) -> str:
    """JSON of what was learned; TypeError names what has no place in it."""
    return json.dumps(_plain(learned), separators=(",", ":"), sort_keys=True)


def read_learned(text: str) -> LearnedRecurrence:
    """What `learned_text` wrote; ValueError when it is the text of something else."""
    found = json.loads(text, object_hook=_revived)
    if not isinstance(found, LearnedRecurrence):
        raise ValueError("this is not the text of a learned recurrence model: learn it anew")
    return found


def learned_form(model_version: str, windows: tuple[int, ...]) -> str:
    """Names all that a kept model depends on: one of another form is of no use and is learned anew."""
    shapes = {name: [field.name for field in fields(kind)] for name, kind in KINDS.items()}
    facts = [shapes, FEATURES, dict(base_models.MEMBERS), pretrained_prior().version, windows]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return f"{model_version}/{digest[:16]}"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "of": value.dtype.str}
    if isinstance(value, tuple):
        return {"several": [_plain(one) for one in value]}
    if isinstance(value, Mapping):
        return {"by": [[_plain(key), _plain(one)] for key, one in value.items()]}
    if type(value).__name__ in KINDS:
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, "parts": named}
    raise TypeError(
        f"{type(value).__name__} cannot be kept: only numbers, arrays and the learning dataclasses can"
    )


def _revived(found: dict[str, Any]) -> Any:
    if "array" in found:
        return np.array(found["array"], dtype=found["of"])
    if "several" in found:
        return tuple(found["several"])
    if "by" in found:
        return dict(found["by"])
    return KINDS[found["kind"]](**found["parts"]) if "kind" in found else found
