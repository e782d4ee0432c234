"""`python check_launcher.py dagster.yaml`: whether the named run launcher accepts its configuration.

A program of its own: a launcher's package may be in another environment than the tests (`make manifests`).
"""

import importlib
import sys
from pathlib import Path

import yaml
from dagster import Field
from dagster._config import validate_config

if __name__ == "__main__":
    launcher = yaml.safe_load(Path(sys.argv[1]).read_text())["run_launcher"]
    accepts = getattr(importlib.import_module(launcher["module"]), launcher["class"]).config_type()
    checked = validate_config(Field(accepts).config_type, launcher["config"])
    sys.exit(None if checked.success else str(checked.errors))
