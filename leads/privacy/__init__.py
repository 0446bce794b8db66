"""A person's data: found, given out and erased on request, and kept no longer than the rules say."""
