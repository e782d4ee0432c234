"""Post-mortems: what was understood of each, its pattern, and its action items as claimed fixes."""
