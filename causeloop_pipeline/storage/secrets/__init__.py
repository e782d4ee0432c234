"""The installation's master keys: the accepted ones, and their rotation."""
