"""When a form was shown, signed together with the form's own key (OWASP ASVS 5, 2.4.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="leads.suspicion.stamp")


def stamped(key: str, *, at: datetime) -> str:
    """Goes into the form, as a hidden field."""
    return _signer.sign(f"{key}:{int(at.timestamp())}").partition(":")[2]


def age(key: str, stamp: str, *, at: datetime) -> timedelta | None:
    """How long the form with this key was open. None: the stamp is missing, or was made up."""
    try:
        shown_at = int(_signer.unsign(f"{key}:{stamp}").rpartition(":")[2])
    except (BadSignature, ValueError):
        return None
    return at - datetime.fromtimestamp(shown_at, at.tzinfo)
