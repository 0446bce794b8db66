"""How staff sign in: by password and a second factor, or by a passkey alone. django-allauth does the work."""
