"""The addresses that alerts are sent to, and their owners' consent."""
