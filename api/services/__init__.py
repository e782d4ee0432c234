"""Services, and the teams that own them: what failed in a span of days, what ended it, and who knows it."""
