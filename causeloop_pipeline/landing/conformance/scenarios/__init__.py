"""What every connector must do, whatever its tool does: the scenarios of the conformance kit.

A run passes when all records were landed exactly once, or when it ended with a reason and the next healthy
sync lands what is missing: so the cursor had not passed what was not read.
"""
