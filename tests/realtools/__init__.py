"""Real tools, installed and started here, connected as a newcomer would: `make realtools`."""
