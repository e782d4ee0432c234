"""The quality of recurrence predictions, on long histories and on short ones."""
