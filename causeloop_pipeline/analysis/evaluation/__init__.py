"""How good the analysis is, against labels and against time."""
