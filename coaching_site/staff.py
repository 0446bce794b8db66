"""The staff desk: Django's admin in the site's own look."""

from django.contrib.admin import AdminSite


class StaffSite(AdminSite):
    site_header = "Staff desk"
    site_title = "Staff desk"
    index_title = "Overview"
