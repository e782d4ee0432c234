"""What the messages of tools say that are in no form of ours: alerts, chat messages, log lines."""
