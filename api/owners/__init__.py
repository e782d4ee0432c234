"""Who owns a service, pattern or recommendation: whom to tell."""
