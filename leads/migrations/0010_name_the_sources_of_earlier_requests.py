"""Requests from before the counters are named after their campaign; where they had none it stays unknown."""

from django.db import migrations
from django.db.models.functions import Left, Lower


def name_sources(apps, schema_editor):
    requests = apps.get_model("leads", "BookingRequest").objects.exclude(utm_source="")
    requests.filter(source_name="unknown").update(source_name=Left(Lower("utm_source"), 40))


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_count_visits_by_day")]

    operations = [migrations.RunPython(name_sources, migrations.RunPython.noop)]
