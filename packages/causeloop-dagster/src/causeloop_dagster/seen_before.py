"""What Causeloop knows of a failure, as tags of a run and metadata of an asset."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

MAX_TAG = 200
PREFIX = "causeloop/"
PATTERN = f"{PREFIX}pattern"


def describe_answer(answer: Mapping[str, Any], external_id: str) -> dict[str, str]:
    """The tags of a run: whether its failure was seen before, the last fix, what is expected, and where."""
    matches = [match for match in answer.get("matches") or () if not _is_itself(match, external_id)]
    if answer.get("is_new") or not matches:
        probability = answer.get("new_probability")
        return _shorten({"seen_before": "no", "probability": _write_share(probability)})
    match = matches[0]
    pattern, nearest = match.get("pattern"), match.get("nearest_issue") or {}
    if pattern is None:
        name, times, address = nearest.get("title") or "an earlier failure", 1, nearest.get("external_url")
    else:
        name, times, address = pattern["name"], pattern["occurrence_count"], pattern["url"]
    often = "once" if times == 1 else f"{times} times"
    return _shorten(
        {
            "seen_before": f"{often}: {name}",
            "probability": _write_share(match.get("probability")),
            "last_fix": _write_last_fix(match.get("fixes") or ()),
            "next_expected": _write_next(match.get("next") or {}),
            "pattern": address,
        }
    )


def build_observation(asset: str, tags: Mapping[str, str]) -> dg.AssetObservation:
    """The same on an asset, with the pattern's page as a link."""
    metadata = {
        name: dg.MetadataValue.url(value) if name == PATTERN else dg.MetadataValue.text(value)
        for name, value in tags.items()
    }
    return dg.AssetObservation(asset_key=dg.AssetKey.from_user_string(asset), metadata=metadata)


def _is_itself(match: Mapping[str, Any], external_id: str) -> bool:
    """Whether a match is this very failure, which an interrupted evaluation has already reported."""
    nearest = match.get("nearest_issue") or {}
    return match.get("pattern") is None and nearest.get("external_id") == external_id


def _write_last_fix(fixes: Any) -> str | None:
    standing = [fix for fix in fixes if not fix.get("withdrawn_at")]
    if not standing:
        return None
    last = max(standing, key=lambda fix: str(fix.get("fixed_at")))
    verdict = str(last.get("verdict") or "not judged yet").replace("_", " ")
    return f"{str(last.get('fixed_at'))[:10]}: {verdict}"


def _write_next(following: Mapping[str, Any]) -> str | None:
    day = following.get("date_median")
    if day:
        return f"about {day}"
    probability = following.get("probability")
    days = following.get("window_days")
    return f"{_write_share(probability)} within {days} days" if probability is not None else None


def _write_share(probability: Any) -> str | None:
    return f"{100 * probability:.0f} %" if isinstance(probability, int | float) else None


def _shorten(values: Mapping[str, str | None]) -> dict[str, str]:
    return {f"{PREFIX}{name}": " ".join(value.split())[:MAX_TAG] for name, value in values.items() if value}
