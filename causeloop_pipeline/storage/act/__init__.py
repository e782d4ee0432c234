"""The schema `act`: recommendations, tickets and proofs."""
