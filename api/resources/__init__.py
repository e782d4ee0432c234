"""Logic that routes share: pages of lists, connector setup, alert channels, ingestion, scores."""
