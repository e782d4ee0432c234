"""What makes reads cheap: endpoints called directly, and totals that are not counted each time."""
