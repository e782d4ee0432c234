"""Recommendations: the ranked fixes and their proofs."""
