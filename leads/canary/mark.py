"""Tells the canary's request from everybody else's.

The mark is signed with the site's key, good for a minute, and good once: an outsider cannot make one, and who
sees one go by cannot use it again.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from leads.models import Canary

HEADER = "X-Canary"
GOOD_FOR = timedelta(minutes=1)

_signer = TimestampSigner(salt="leads.canary.mark")


def new_mark() -> str:
    """For one request, from now on. An earlier mark is not good any more."""
    nonce = secrets.token_urlsafe(16)
    Canary.expect(nonce)
    return _signer.sign(nonce)


def is_canary(request: HttpRequest) -> bool:
    """Whether it carries a mark, which is used up by this question.

    Raises PermissionDenied for a mark that was made up, is old or was used: what the canary sent too late,
    as through a long queue, must not become the request of a person.
    """
    mark = request.headers.get(HEADER)
    if mark is None:
        return False
    try:
        nonce = _signer.unsign(mark, max_age=GOOD_FOR)
    except BadSignature as error:
        raise PermissionDenied("This mark is not good.") from error
    if not Canary.has_come(nonce):
        raise PermissionDenied("This mark is not expected.")
    return True
