"""What each external tool is, written down as data: how to ask it, how it signs, how its records read."""
