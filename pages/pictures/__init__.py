"""Pictures: how an upload is read, which sizes are made of it, and how a page shows them.

Every file is named after its content, so a name always stands for the same bytes, and a page can name
a size before the worker has made it.
"""
