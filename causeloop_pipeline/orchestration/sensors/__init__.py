"""What starts runs: each sensor asks the database one question and decides; none talks to a vendor."""
