"""The installation's master keys: which are accepted now, and how one takes another's place."""
