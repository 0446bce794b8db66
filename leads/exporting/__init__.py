"""Lists as files: of any filtered list, without ever holding all of it, and each recorded."""
