"""The search by meaning: off unless an operator names an encoder."""
