"""What the product sends: alerts, tickets, and requests to reword findings."""
