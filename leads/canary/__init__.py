"""The canary books a call through the site's public address as a visitor would, to see that it can be done.

    mark.py     tells its request from everybody else's, and cannot be imitated
    browser.py  asks the site's own address over HTTP, for ten seconds in all
    page.py     reads the form that it finds, and fills it in
    flight.py   goes the whole way, looks at what came of it, and takes it away

What it proves and what not is said in docs/adr/0020-the-canary.md.
"""
