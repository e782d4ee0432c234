"""`make manifests`: Helm renders the chart, and Kubernetes' and Compose's own schemas accept what it gives.

Runs in an environment of its own, which has Helm and the schemas. `--json` prints what the chart gives.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import yaml
from compose_spec import PyCompose

Manifest = dict[str, Any]

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHART = DEPLOY / "helm" / "causeloop"
KUBERNETES_VERSIONS = ("1.29", "1.34", "1.37")
EVERYTHING = {
    "api": {"ingress": {"enabled": True, "className": "nginx", "annotations": {"a/b": "c"}}},
    "dagster": {"persistentVolumeClaim": "causeloop-state"},
    "networkPolicy": {"apiFrom": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]},
    "settings": {"CAUSELOOP_SIGN_UP": True},
    "imagePullSecrets": [{"name": "registry"}],
}
REFUSED = {"settings": {"CAUSELOOP_SECRET_KEY": "a secret belongs into a Secret"}}


def render(values: Manifest) -> list[Manifest]:
    """The objects that the chart gives with these values."""
    with helm_python.Chart.load(str(CHART)) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name="causeloop", namespace="production")
    texts = [text for name, text in sorted(files.items()) if name.endswith(".yaml")]
    return [manifest for text in texts for manifest in yaml.safe_load_all(text) if manifest]


def check_chart() -> list[Manifest]:
    """Render with the defaults and with everything turned on; both are valid in each version."""
    if helm_python.lint(str(CHART))["errors"]:
        raise SystemExit(f"helm lint: {helm_python.lint(str(CHART))}")
    for values in ({}, EVERYTHING):
        for manifest in render(values):
            for version in KUBERNETES_VERSIONS:
                kubernetes_validate.validate(manifest, version, strict=True)
    try:
        render(REFUSED)
    except helm_python.HelmError:
        return render(EVERYTHING)
    raise SystemExit("the chart took a secret as a plain setting")


def check_compose() -> list[str]:
    """Parse the compose file as Compose does, its variables replaced by their defaults."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (DEPLOY / "compose.yaml").read_text())
    parsed = PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text)))
    parsed.validate()
    return sorted(parsed.service_names())


if __name__ == "__main__":
    checked: dict[str, list[Any]] = {"services": check_compose(), "objects": check_chart()}
    if "--json" in sys.argv:
        print(json.dumps(checked))
    else:
        print(f"compose.yaml: {len(checked['services'])} services are valid")
        versions = ", ".join(KUBERNETES_VERSIONS)
        print(f"helm/causeloop: {len(checked['objects'])} objects are valid in {versions}")
