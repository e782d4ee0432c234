"""The trained model as JSON and back, bit for bit: a number is written with all its digits."""

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
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.trained_model import TrainedModel

STORED_FORMAT = 2  # 1 named the classes and fields before their renaming


def _collect_dataclasses(*modules: ModuleType) -> dict[str, type]:
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {cls.__name__: cls for cls in classes if is_dataclass(cls)}


STORED_CLASSES = _collect_dataclasses(
    base_models, closed_forms, ensemble, flat_trees, local_learners, trained_model
)


def dump_trained_model(trained_model: TrainedModel) -> str:
    """Write a trained model as JSON.

    In: the model. Out: its JSON text, the same for equal models. Raises TypeError for a part that cannot be
    stored.
    """
    return json.dumps(_to_plain(trained_model), separators=(",", ":"), sort_keys=True)


def parse_trained_model(text: str) -> TrainedModel:
    """Read what `dump_trained_model` wrote.

    In: the JSON text. Out: the model. Raises ValueError for any other text, such as that of an older format:
    the model is then to be trained again.
    """
    try:
        model = json.loads(text, object_hook=_from_plain)
    except (KeyError, TypeError) as error:
        raise ValueError("this is a trained model of another format: train it again") from error
    if not isinstance(model, TrainedModel):
        raise ValueError("this is not the JSON of a trained model: train it again")
    return model


def name_model_form(model_version: str, windows: tuple[int, ...]) -> str:
    """Name all that a stored model depends on: one of another form is not read but trained again.

    In: the version of the method, windows in days. Out: the version and a digest.
    """
    classes = {name: _list_stored_fields(cls) for name, cls in STORED_CLASSES.items()}
    prior_version = load_pretrained_prior().version
    weights = [dict(base_models.BASE_MODELS), dict(base_models.CAREFUL_WEIGHTS), base_models.MUCH_KNOWN_ROWS]
    parts = [STORED_FORMAT, classes, FEATURES, weights, prior_version, windows]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{model_version}/{digest[:16]}"


def _list_stored_fields(model: Any) -> list[str]:
    """The fields that make a model what it is; how it came about is not stored."""
    return [field.name for field in fields(model) if field.compare]


def _to_plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": value.dtype.str}
    if isinstance(value, tuple):
        return {"tuple": [_to_plain(item) for item in value]}
    if isinstance(value, Mapping):
        return {"mapping": [[_to_plain(key), _to_plain(item)] for key, item in value.items()]}
    if type(value).__name__ in STORED_CLASSES:
        parts = {name: _to_plain(getattr(value, name)) for name in _list_stored_fields(value)}
        return {"class": type(value).__name__, "fields": parts}
    raise TypeError(
        f"{type(value).__name__} cannot be stored: only numbers, arrays and the dataclasses of a model can"
    )


def _from_plain(plain: dict[str, Any]) -> Any:
    if "array" in plain:
        return np.array(plain["array"], dtype=plain["dtype"])
    if "tuple" in plain:
        return tuple(plain["tuple"])
    if "mapping" in plain:
        return dict(plain["mapping"])
    return STORED_CLASSES[plain["class"]](**plain["fields"]) if "class" in plain else plain
