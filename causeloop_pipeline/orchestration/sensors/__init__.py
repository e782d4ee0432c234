"""What starts runs: each sensor reads the database and decides; none calls a vendor."""
