"""Real tools, installed and started here, connected as a new user would: `make realtools`."""
