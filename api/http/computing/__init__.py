"""Work that takes long runs in processes of its own: the event loop only passes it on."""
