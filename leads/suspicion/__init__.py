"""Protection from spam without third parties. A lost lead costs more than a spam lead, so nothing is refused
for what it looks like: what looks like spam is stored and set aside, without a time and without a mail, until
staff restore it with one click. The sender is not told, and no single weak sign is enough.

sending   what is known of one sending of the form
layers    the signs, each with its weight, and what they come to together
stamp     when a form was shown, signed, so that a program cannot make it up
limits    how often, kept in the database: by network, by mail address, by form and for the whole site
network   which network a visitor comes from, as far as TRUSTED_PROXIES lets it be believed
report    how many each layer caught, and how many staff restored
"""
