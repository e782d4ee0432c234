"""Lets dbt name who declares its flags without looking through every frame and module of a test process.

At each invocation it does so for each of fifteen flags, to name the declarer in an event that nobody reads
here. A run of the product has few frames (decision 30); below pytest it is a large part of an invocation.
"""

from dbt_common.behavior_flags import BehaviorFlagRendered


def leave_out_declarers() -> None:
    """For all invocations of this process."""
    assert callable(BehaviorFlagRendered._default_source), "dbt names declarers in another way: measure again"
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
