"""Gives node the module of vocabularies, which the API writes and no folder holds."""

import json
from urllib.parse import quote

from api.dashboard_vocabulary import write_vocabulary


def find_node_options() -> tuple[str, str]:
    """The options with which node finds `lib/vocabulary.js`."""
    module = json.dumps(_as_address(write_vocabulary()))
    hooks = (
        "export const resolve = async (name, context, next) =>"
        f" name.endsWith('/vocabulary.js') ? {{ url: {module}, shortCircuit: true }} : next(name, context);"
    )
    start = f"import {{ register }} from 'node:module'; register({json.dumps(_as_address(hooks))});"
    return "--import", _as_address(start)


def _as_address(script: str) -> str:
    return f"data:text/javascript,{quote(script)}"
