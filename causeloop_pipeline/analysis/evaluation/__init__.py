"""How good the analysis is: groups against labels, predictions against what occurred."""
