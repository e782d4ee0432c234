"""The issues most like one."""
