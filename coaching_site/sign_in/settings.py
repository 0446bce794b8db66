"""Settings of signing in that no environment changes. The names are django-allauth's and Django's."""

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "coaching_site.sign_in.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "coaching_site.sign_in.forms.SignInForm",
    "change_password": "coaching_site.sign_in.forms.PasswordForm",
}
# By name alone: by address as well, a known one would cost two checks of the password and an unknown one
# one, and the time would tell them apart.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

# Twelve hours from signing in, however much is done meanwhile (NIST SP 800-63B, AAL2); no “remember me”.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60

# Failed attempts, per address of the network and per account. One address runs out long before the account
# does, so nobody alone can lock somebody else out; and a passkey is never counted against an account.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,30/h/ip,100/h/key"}

MFA_ADAPTER = "coaching_site.sign_in.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "coaching_site.sign_in.forms.CodeForm",
    "reauthenticate": "coaching_site.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "coaching_site.sign_in.forms.AppForm",
    "add_webauthn": "coaching_site.sign_in.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# One step of half a minute before and after (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
# Accounts are made by the owner, and no address is asked for.
MFA_ALLOW_UNVERIFIED_EMAIL = True
