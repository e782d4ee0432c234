"""Services, and the teams that own them."""
