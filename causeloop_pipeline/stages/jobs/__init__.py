"""Work beside the loop: deliveries, tickets, retention."""
