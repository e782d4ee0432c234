"""How good the predictions of recurrence are, on long histories and on young ones."""
