"""Under /admin/, before the desk's own addresses: three of these stand in for pages of Django's admin.

The names are django-allauth's, which looks its pages up by them. What is not here, such as signing up or
asking for a new password by mail, does not exist.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from django.urls import path

from coaching_site.sign_in import views

urlpatterns = [
    path("login/", views.door, name="account_login"),
    path("login/code/", factor.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("login/inactive/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("password_change/", account.password_change, name="account_change_password"),
    path("sign-in/", factor.index, name="mfa_index"),
    path("sign-in/confirm/password/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/confirm/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("sign-in/confirm/passkey/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("sign-in/app/add/", app.activate_totp, name="mfa_activate_totp"),
    path("sign-in/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("sign-in/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("sign-in/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sign-in/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sign-in/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("sign-in/passkeys/add/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path("sign-in/passkeys/<int:pk>/rename/", passkey.edit_webauthn, name="mfa_edit_webauthn"),
    path("sign-in/passkeys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
]
