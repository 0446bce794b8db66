"""Mail addresses: one form for comparing, so that requests of one person stand beside each other."""

import unicodedata
from contextlib import suppress


def canonical_address(email: str) -> str:
    """The address for comparing: NFKC, lower case, the domain in its ASCII form.

    Dots and +tags stay: whether they name another mailbox is for its owner's server to say.
    """
    local, _, domain = unicodedata.normalize("NFKC", email).casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"
