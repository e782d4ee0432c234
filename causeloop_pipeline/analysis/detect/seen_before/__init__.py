"""Which earlier failures one new failure repeats, with the probability of each and of none."""
