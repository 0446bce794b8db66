"""Counts what happens on the public pages, without telling one visitor from another.

The script of a page, or its picture where no script runs, asks for an address of this site; the form is
counted by its own view. So it is the same whether the application, nginx or a CDN sent the page.
"""
