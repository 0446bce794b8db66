from django.db import models


class CacheEntry(models.Model):
    """The table of Django's database cache, as `createcachetable` would make it.

    The limits of signing in are counted there: every process of the site must count the same attempts.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shared_cache"
        default_permissions = ()

    def __str__(self) -> str:
        return self.cache_key
