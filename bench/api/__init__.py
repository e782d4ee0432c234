"""What reads of the API cost, beside a plain handler on the same server program."""
