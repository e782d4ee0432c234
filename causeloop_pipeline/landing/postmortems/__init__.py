"""Post-mortems as people wrote them: what occurred, and the action items, each with the words that say so."""
