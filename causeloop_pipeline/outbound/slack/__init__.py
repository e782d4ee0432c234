"""Slack: cards about patterns, and what a Slack app of a workspace calls."""
