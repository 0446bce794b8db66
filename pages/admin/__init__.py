"""The content side of the staff desk."""

from pages.admin import brand, items, mentor, page, picture

__all__ = ["brand", "items", "mentor", "page", "picture"]
