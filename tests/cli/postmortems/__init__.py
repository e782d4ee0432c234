"""Tests of what a post-mortem says beside a history."""
