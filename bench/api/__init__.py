"""What reads of the API cost, beside a bare answer of the same server program."""
