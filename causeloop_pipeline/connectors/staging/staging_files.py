"""Writes the generated files of the dbt project: staging models, their contracts, sources and lists.

Models stand in folders like those of `connectors/tools`, with the changes of a folder below it.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_CHANGE, PRODUCT_ISSUE
from causeloop_pipeline.connectors.registry import CONNECTORS, FOLDERS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.connectors.staging.model_contract import contract_of, list_macros, sources_of
from causeloop_pipeline.connectors.staging.staging_model import Records, change_model, issue_model
from causeloop_pipeline.settings import DBT_PROJECT_DIR

STAGING_DIR = DBT_PROJECT_DIR / "models" / "staging"
LISTS = DBT_PROJECT_DIR / "macros" / "connector_types.sql"
INGESTED = "ingested"
MACRO_NOTICE = "{# Generated from connectors/tools by `causeloop connectors generate`. -#}\n"
YML_NOTICE = "# Generated from connectors/tools by `causeloop connectors generate`.\n"
OWN_ISSUES = "kind not in ('normalized', 'change', 'normalized_change')"


def generate_files() -> Iterator[tuple[Path, str]]:
    """Every generated file of the dbt project: its path and its text."""
    models: dict[Path, dict[str, str]] = defaultdict(dict)
    for connector in CONNECTORS.values():
        folder, defaults = STAGING_DIR / FOLDERS[connector.name], _config_defaults(connector)
        if connector.issues:
            models[folder][f"stg_{connector.name}__issues"] = f"What issues of {connector.title} mean."
            sql = issue_model(_issue_records(connector), connector.issues, defaults)
            yield folder / f"stg_{connector.name}__issues.sql", sql
        if connector.changes:
            models[folder / "changes"][f"stg_{connector.name}__changes"] = (
                f"What changes of {connector.title} mean."
            )
            records = Records(connector.name, "kind = 'change'")
            sql = change_model(records, connector.changes, defaults)
            yield folder / "changes" / f"stg_{connector.name}__changes.sql", sql
    yield from _list_ingested_models(models)
    for folder, described in models.items():
        yield folder / f"_{folder.name}.yml", YML_NOTICE + contract_of(described)
    yield STAGING_DIR / "_landing.yml", YML_NOTICE + sources_of(sorted(CONNECTORS))
    with_changes = [name for name, connector in CONNECTORS.items() if connector.changes]
    with_issues = [name for name, connector in CONNECTORS.items() if connector.issues]
    yield LISTS, MACRO_NOTICE + list_macros(issues_of=with_issues, changes_of=with_changes)


def write_generated_files() -> list[Path]:
    """Write every generated file that differs and delete those that no declaration gives any more."""
    texts = dict(generate_files())
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path])
    stale = find_stale_files(set(texts))
    for path in stale:
        path.unlink()
    return changed + stale


def find_stale_files(wanted: set[Path]) -> list[Path]:
    """The files below `models/staging` that are generated but that no declaration gives."""
    existing = [path for path in STAGING_DIR.rglob("*") if path.suffix in {".sql", ".yml"}]
    return [path for path in existing if path not in wanted and "Generated from" in path.read_text()[:80]]


def _list_ingested_models(models: dict[Path, dict[str, str]]) -> Iterator[tuple[Path, str]]:
    """The models of what the ingest API takes, whatever tool the sender names as the source."""
    folder = STAGING_DIR / INGESTED
    own = [name for name, connector in CONNECTORS.items() if connector.issues == (PRODUCT_ISSUE,)]
    issues = Records(None, "r.kind = 'normalized'", other_than=own)
    models[folder][f"stg_{INGESTED}__issues"] = "Events in the product's field names, whatever their source."
    models[folder][f"stg_{INGESTED}__changes"] = (
        "Changes in the product's field names, whatever their source."
    )
    yield folder / f"stg_{INGESTED}__issues.sql", issue_model(issues, (PRODUCT_ISSUE,), {})
    changes = Records(None, "r.kind = 'normalized_change'")
    yield folder / f"stg_{INGESTED}__changes.sql", change_model(changes, (PRODUCT_CHANGE,), {})


def _issue_records(connector: Connector) -> Records:
    is_normalized = connector.issues == (PRODUCT_ISSUE,)
    return Records(connector.name, "kind <> 'normalized_change'" if is_normalized else OWN_ISSUES)


def _config_defaults(connector: Connector) -> dict[str, str]:
    return {entry.name: str(entry.default) for entry in connector.fields if entry.default is not None}
