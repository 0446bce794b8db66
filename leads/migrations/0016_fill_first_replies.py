"""Fills when each request got its first reply, from its history.

Only staff confirm, decline and write. A move or a cancellation counts where its line names somebody: without a
name it was the prospect, or staff whose account is gone, and then the request only seems to have waited longer.
"""

from typing import Any

from django.db import migrations
from django.db.models import Min, OuterRef, Q, Subquery

BY_STAFF = Q(kind__in=["confirmed", "declined"]) | Q(kind__in=["moved", "cancelled"], by__isnull=False)


def fill(apps: Any, schema_editor: Any) -> None:
    events = apps.get_model("leads", "BookingEvent").objects.filter(BY_STAFF, booking=OuterRef("pk"))
    first = events.order_by().values("booking").annotate(first=Min("at")).values("first")
    requests = apps.get_model("leads", "BookingRequest").objects
    requests.filter(first_reply_at=None).update(first_reply_at=Subquery(first))


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_write_letters_and_keep_first_replies")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
