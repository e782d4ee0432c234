"""What leaves the product because a team asked for it: alerts and tracker tickets."""
