"""The content side of the staff desk."""

from pages.admin import brand, items, mentor, page, picture, publication

__all__ = ["brand", "items", "mentor", "page", "picture", "publication"]
