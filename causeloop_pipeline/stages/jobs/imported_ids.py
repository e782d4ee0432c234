"""New ids for what an imported workspace has of clusters and advice, as its own runs will derive them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from causeloop_pipeline.analysis.act.playbook import PLAYBOOK


def translate_ids(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], former: UUID, present: UUID
) -> Mapping[str, str]:
    """New ids by former ids; an id that was not derived this way is kept."""
    before, after = (uuid5(NAMESPACE_URL, f"causeloop:{workspace_id}") for workspace_id in (former, present))
    translated = {}
    named = (*_name_recommendations(rows), *_name_investigations(rows), *_name_clusters(rows))
    for old, names in named:
        made_of = next((name for name in names if str(uuid5(before, name)) == old), None)
        if made_of:
            translated[old] = str(uuid5(after, made_of))
    return translated


def _name_recommendations(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, list[str]]]:
    for row in rows.get("act.recommendation", ()):
        patterns = row["pattern_ids"].strip("{}").split(",")
        yield (
            row["recommendation_id"],
            [f"recommendation:{family}:{pattern}" for family in PLAYBOOK for pattern in patterns],
        )


def _name_investigations(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, list[str]]]:
    for row in rows.get("act.investigation", ()):
        yield row["investigation_id"], [f"investigation:{row['kind']}:{row['pattern_id']}"]


def _name_clusters(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, list[str]]]:
    for row in rows.get("detect.cluster_member", ()):
        yield row["cluster_id"], [f"cluster:{row['pattern_id']}"]
