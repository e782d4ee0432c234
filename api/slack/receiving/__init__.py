"""What Slack sends: events, clicks and commands, each signed, each answered within three seconds."""
