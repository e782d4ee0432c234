"""Clusters of patterns that belong to one systemic problem.

`edges` join patterns that share traits, bursts or changes; `clusters` are the communities of that graph;
`cluster_causes` names them.
"""
