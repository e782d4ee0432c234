"""The conformance kit: a connector's declaration against its vendor's words, its behaviour against faults."""
