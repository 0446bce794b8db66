"""Everything about one address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q

from leads.addresses import canonical_address
from leads.models import BookingRequest, Erasure, Export, Message
from leads.privacy.register import digest_of
from leads.privacy.treatment import rows_of


@dataclass
class Person:
    """What is kept about an address. Whoever writes it another way, as in capitals, is the same."""

    address: str
    requests: list[BookingRequest] = field(default_factory=list)
    other_messages: list[Message] = field(default_factory=list)
    """Sent to the address, but about no request of its own."""
    exports: list[Export] = field(default_factory=list)
    """Taken out of the desk since the first request, so that they may hold it."""
    has_account: bool = False
    """Whether somebody of the staff has this address; their account is another matter."""
    erased_before: list[datetime] = field(default_factory=list)

    @classmethod
    def find(cls, address: str) -> Person:
        typed, canonical = address.strip(), canonical_address(address.strip())
        requests = list(
            BookingRequest.objects.filter(
                Q(canonical_email=canonical) | Q(email__iexact=typed), erased_at=None
            ).order_by("pk")
        )
        to_them = Q(recipient__iexact=typed) | Q(recipient__iexact=canonical) | Q(reply_to__iexact=typed)
        return cls(
            address=canonical,
            requests=requests,
            other_messages=list(Message.objects.filter(to_them).exclude(booking__in=requests).order_by("pk")),
            exports=list(_exports_since(requests[0].created_at)) if requests else [],
            has_account=User.objects.filter(email__iexact=typed).exists(),
            erased_before=list(
                Erasure.objects.filter(digest=digest_of(canonical)).values_list("at", flat=True)
            ),
        )

    def __bool__(self) -> bool:
        """Whether anything is kept that can be given out or erased."""
        return bool(self.requests or self.other_messages)

    @property
    def is_the_site(self) -> bool:
        """Whether the site's own mail goes to this address."""
        return self.address == canonical_address(settings.STAFF_EMAIL)

    def open_requests(self, at: datetime) -> list[BookingRequest]:
        """Those that somebody still has to answer, or whose call is still to come."""
        return [booking for booking in self.requests if booking.is_open(at)]

    def counts(self) -> dict[str, int]:
        """How many rows there are about the person, by their name in the plural."""
        counted: dict[str, int] = {}
        for booking in self.requests:
            for model, rows in rows_of(booking.pk):
                name = str(model._meta.verbose_name_plural)
                counted[name] = counted.get(name, 0) + rows.count()
        if self.other_messages:
            counted["messages"] = counted.get("messages", 0) + len(self.other_messages)
        return {name: count for name, count in counted.items() if count}


def _exports_since(first: datetime) -> Any:
    return Export.objects.filter(created_at__gte=first).select_related("by")
