from django.db import migrations
from django.db.models import Min
from django.utils import timezone


def keep_wordings(apps, schema_editor):
    """The words that requests keep, from when the first of them came in, and those of the page as it is now."""
    database = schema_editor.connection.alias
    BookingRequest = apps.get_model("leads", "BookingRequest").objects.using(database)
    ConsentWording = apps.get_model("leads", "ConsentWording").objects.using(database)
    page = apps.get_model("leads", "BookingPage").objects.using(database).first()
    for kind in ["consent", "mail_consent"]:
        first = BookingRequest.exclude(**{kind: ""}).order_by().values(kind).annotate(since=Min("created_at"))
        for row in sorted(first, key=lambda row: row["since"]):
            ConsentWording.get_or_create(kind=kind, since=row["since"], defaults={"text": row[kind]})
    if page:
        for kind in ["consent", "mail_consent", "privacy_notice"]:
            text = getattr(page, kind)
            last = ConsentWording.filter(kind=kind).order_by("-since").first()
            if text and (last is None or last.text != text):
                ConsentWording.create(kind=kind, text=text, since=timezone.now())


def forget_wordings(apps, schema_editor):
    apps.get_model("leads", "ConsentWording").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("leads", "0019_erase_people_and_keep_rules_for_keeping"),
    ]

    operations = [migrations.RunPython(keep_wordings, forget_wordings)]
