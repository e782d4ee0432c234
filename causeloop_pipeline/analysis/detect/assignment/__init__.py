"""Assigns new issues to the patterns of an index, without reading earlier issues.

`assign_by_key` places messages, errors and incidents, `assign_by_text` human texts; `index_updates` then adds
them to the index, and `new_member_rows` explains where they went.
"""
