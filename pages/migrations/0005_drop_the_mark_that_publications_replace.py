from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0004_publish_what_was_published"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="landingpage",
            name="is_published",
        ),
    ]
