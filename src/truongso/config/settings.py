"""Settings, all from the environment (names start with TRUONGSO_), one module for every place it runs.

TRUONGSO_ENV      development | demo | test | production     (default development)
TRUONGSO_DATA     directory for the database file, key files and uploads (default ./var)
TRUONGSO_DATABASE sqlite:///path or postgresql://user:password@host:port/name (default: SQLite in the data directory)
    a PostgreSQL on another machine: …/name?sslmode=verify-full&sslrootcert=/path
TRUONGSO_DATABASE_ROLE  role of PostgreSQL to work as after signing in; ts_owner for migrate, else none
TRUONGSO_HOSTS    host names served, comma separated (needed in production)
TRUONGSO_URL      public address used in links and QR pages (default http://127.0.0.1:8000)
TRUONGSO_SMTP     mail server, smtp://user:password@host:587 or smtps://…:465 (none: e-mails wait)
TRUONGSO_MAIL_FROM  sender of e-mails where a school sets none (default khong-tra-loi@ the host of TRUONGSO_URL)
TRUONGSO_AUDIT_MAIL  address to which the heads of the audit chains go every night (none: they are kept and printed)
TRUONGSO_OPERATIONS_MAIL  address that is told when a disk is nearly full (default TRUONGSO_AUDIT_MAIL)
TRUONGSO_CLAMD    socket of the virus scanner clamd on this machine (/run/clamav/clamd.ctl); none: files are not scanned
TRUONGSO_COUNTRY_FILE  countries of addresses in MaxMind DB format (default countries.mmdb in the data directory; none:
    sign-ins from a new country are not noticed, and the compliance page says so)
TRUONGSO_SANDBOX  address of the local sandbox bank, set by the demo and tests only; refused in production
TRUONGSO_SANDBOX_WALLET  address of the sandbox's Mobile Money wallet beside it; nothing without the sandbox bank
TRUONGSO_PROXIES  how many trusted proxies stand in front (default 0): the client's address is then the one the
                  outermost of them wrote into X-Forwarded-For
TRUONGSO_REPORT_LAST_DAY  last day of the month on which a report due "before the 20th" is in time (default 19)
TRUONGSO_ACCOUNT_DELAY_HOURS  hours between approving another receiving account and using it (default 24, A28)
TRUONGSO_FLAG_…   from what on payments deserve a word of explanation (docs/huong-dan/khoa-so.md)
TRUONGSO_ACCOUNTING_BASIS  line under the form number of the books of account on paper
TRUONGSO_CASH_BOOK_FORM, TRUONGSO_BANK_BOOK_FORM  their form numbers (default S11-H, S12-H; not verified)
TRUONGSO_CHART  numbers of a school's own accounts by the part they play, for books opened from now on
                (pass_through=3382,family_credit=3383; parts and defaults in docs/huong-dan/khoa-so.md; not verified)
TRUONGSO_HOLIDAYS  more days off, as announced each year (2026-01-02,2026-08-31); docs/huong-dan/doi-soat.md
TRUONGSO_WORKING_DAYS  days that are worked though weekend or holiday (make-up Saturdays: 2026-08-22)
TRUONGSO_HOLIDAYS_MADE_UP  1 (default): a holiday on a weekend is taken on the next working day; 0: it is lost
TRUONGSO_FORMS_A_MINUTE  forms one person may send in a minute (default 300); a place ten times, an address four times
TRUONGSO_READS_A_MINUTE  pages one person may open in a minute (default 600); a place ten times, an address that is not
    signed in fifty times
TRUONGSO_UPLOADS_A_DAY_MB  megabytes of files a school or unit may send in a day (default 2048)
TRUONGSO_STATEMENT_SECONDS  seconds one question of a page to PostgreSQL may take (default 30 in web processes)
TRUONGSO_PRIVACY_ANSWER_DAYS, _ACT_DAYS, _ERASE_DAYS, _EXTENSION_DAYS, _INCIDENT_HOURS  terms of the law on personal
    data: working days to answer (2), days to carry out (15; erasure 20; longer by 15), hours to tell of a breach (72)
TRUONGSO_PUPIL_ACCOUNT_AGE  a pupil may have an account from the year of turning this old (7 to 18, default 11)
TRUONGSO_CASHLESS_TARGET  cashless share to reach, in percent by count and by value (default 50, NB-I.2c)
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from truongso.config.environment import (
    database_from_url,
    dates,
    key_from_file,
    mail_server_from_url,
    old_keys,
    pairs,
    whole_number,
)

ENV = os.environ.get("TRUONGSO_ENV", "development")
if ENV not in {"development", "demo", "test", "production"}:
    raise SystemExit(f"TRUONGSO_ENV must be development, demo, test or production, not {ENV!r}")
PRODUCTION = ENV == "production"
DATA_DIR = Path(os.environ.get("TRUONGSO_DATA", "var")).absolute()
DEBUG = ENV == "development"
PUBLIC_URL = os.environ.get("TRUONGSO_URL", "http://127.0.0.1:8000").rstrip("/")
SANDBOX_URL = os.environ.get("TRUONGSO_SANDBOX", "").rstrip("/")
SANDBOX_WALLET_URL = os.environ.get("TRUONGSO_SANDBOX_WALLET", "") if SANDBOX_URL else ""
PROXIES = whole_number("TRUONGSO_PROXIES", 0, 0, 5)
ACCOUNT_DELAY_HOURS = whole_number("TRUONGSO_ACCOUNT_DELAY_HOURS", 24, 1, 240)
REPORT_LAST_DAY = whole_number("TRUONGSO_REPORT_LAST_DAY", 19, 1, 28)
FLAG_THRESHOLDS = {
    "one_account_families": whole_number("TRUONGSO_FLAG_ONE_ACCOUNT_FAMILIES", 5, 2, 1000),
    "one_account_percent": whole_number("TRUONGSO_FLAG_ONE_ACCOUNT_PERCENT", 50, 1, 100),
    "own_class_percent": whole_number("TRUONGSO_FLAG_OWN_CLASS_PERCENT", 80, 1, 100),
    "slip_days": whole_number("TRUONGSO_FLAG_SLIP_DAYS", 14, 1, 365),
    "slips": whole_number("TRUONGSO_FLAG_SLIPS", 3, 1, 1000),
    "cash_line_families": whole_number("TRUONGSO_FLAG_CASH_LINE_FAMILIES", 2, 2, 1000),
    "split_parts": whole_number("TRUONGSO_FLAG_SPLIT_PARTS", 3, 2, 100),
    "split_round": whole_number("TRUONGSO_FLAG_SPLIT_ROUND", 50_000, 1_000, 10_000_000),
    "split_groups": whole_number("TRUONGSO_FLAG_SPLIT_GROUPS", 3, 1, 1000),
    "share_points": whole_number("TRUONGSO_FLAG_SHARE_POINTS", 10, 1, 100),
    "total_fall_percent": whole_number("TRUONGSO_FLAG_TOTAL_FALL_PERCENT", 20, 1, 100),
}
ACCOUNTING_BASIS = os.environ.get(
    "TRUONGSO_ACCOUNTING_BASIS", "Chế độ kế toán hành chính, sự nghiệp (Thông tư 24/2024/TT-BTC)"
)
CASH_BOOK_FORM = os.environ.get("TRUONGSO_CASH_BOOK_FORM", "S11-H")
BANK_BOOK_FORM = os.environ.get("TRUONGSO_BANK_BOOK_FORM", "S12-H")
CHART = pairs("TRUONGSO_CHART")
HOLIDAYS, WORKING_DAYS = dates("TRUONGSO_HOLIDAYS"), dates("TRUONGSO_WORKING_DAYS")
HOLIDAYS_MADE_UP = whole_number("TRUONGSO_HOLIDAYS_MADE_UP", 1, 0, 1)
FORMS_A_MINUTE = whole_number("TRUONGSO_FORMS_A_MINUTE", 300, 1, 100_000)
READS_A_MINUTE = whole_number("TRUONGSO_READS_A_MINUTE", 600, 1, 100_000)
UPLOADS_A_DAY_MB = whole_number("TRUONGSO_UPLOADS_A_DAY_MB", 2048, 1, 1_000_000)
PRIVACY_TERMS = {
    "answer_working_days": whole_number("TRUONGSO_PRIVACY_ANSWER_DAYS", 2, 1, 30),
    "act_days": whole_number("TRUONGSO_PRIVACY_ACT_DAYS", 15, 1, 90),
    "erase_days": whole_number("TRUONGSO_PRIVACY_ERASE_DAYS", 20, 1, 90),
    "extension_days": whole_number("TRUONGSO_PRIVACY_EXTENSION_DAYS", 15, 1, 90),
    "incident_hours": whole_number("TRUONGSO_PRIVACY_INCIDENT_HOURS", 72, 1, 240),
}
PUPIL_ACCOUNT_AGE = whole_number("TRUONGSO_PUPIL_ACCOUNT_AGE", 11, 7, 18)
AUDIT_MAIL = os.environ.get("TRUONGSO_AUDIT_MAIL", "")
COUNTRY_FILE = Path(os.environ.get("TRUONGSO_COUNTRY_FILE") or DATA_DIR / "countries.mmdb").absolute()
CLAMD = os.environ.get("TRUONGSO_CLAMD", "")
OPERATIONS_MAIL = os.environ.get("TRUONGSO_OPERATIONS_MAIL", AUDIT_MAIL)
CASHLESS_TARGET = whole_number("TRUONGSO_CASHLESS_TARGET", 50, 0, 100)

SECRET_KEY = key_from_file(DATA_DIR / "secret_key", ephemeral=ENV == "test")
SECRET_KEY_FALLBACKS = old_keys(DATA_DIR / "secret_key_old")
ALLOWED_HOSTS = [h for h in os.environ.get("TRUONGSO_HOSTS", "127.0.0.1,localhost,testserver").split(",") if h]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "truongso.kernel",
    "truongso.kernel.ui",
    "truongso.organizations",
    "truongso.messaging",
    "truongso.accounts",
    "truongso.people",
    "truongso.ledger",
    "truongso.fees",
    "truongso.payments",
    "truongso.banking",
    "truongso.reporting",
    "truongso.workspaces",
]

MIDDLEWARE = [
    "truongso.accounts.web.request_origin.RequestOrigin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "truongso.accounts.web.wrong_method.WrongMethod",
    "truongso.accounts.web.gate.Gate",
]

ROOT_URLCONF = "truongso.config.urls"
WSGI_APPLICATION = "truongso.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "truongso.config.navigation.navigation",
            ],
        },
    }
]

DATABASES = {
    "default": database_from_url(os.environ.get("TRUONGSO_DATABASE", f"sqlite:///{DATA_DIR / 'truongso.sqlite3'}"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Shared by all processes: limits and used second-factor codes must hold across workers.
    "default": {"BACKEND": "truongso.kernel.json_cache.JsonFileCache", "LOCATION": DATA_DIR / "cache"}
    if ENV != "test"
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["truongso.accounts.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "truongso.accounts.passwords.PolicyValidator"},
    {"NAME": "truongso.accounts.passwords.BreachedValidator"},
    {"NAME": "truongso.accounts.passwords.ContextWordValidator"},
    {"NAME": "truongso.accounts.passwords.HistoryValidator"},
]
LOGIN_URL = "/dang-nhap"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/dang-nhap"
ACCOUNT_ADAPTER = "truongso.accounts.web.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
# Guesses are slowed down by accounts/signin/throttle: the library's limits per name would let anybody lock a name.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "change_password": None, "reauthenticate": None}
MFA_ADAPTER = "truongso.accounts.web.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # many people have only a phone number
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

SESSION_COOKIE_NAME = "__Host-sid" if PRODUCTION else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "truongso.accounts.session_engine"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
# Putting a domain on the browsers' HSTS list binds all its names for years: the operator's decision, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "report-uri": ["/bao-vi-pham-csp"],
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["truongso.kernel.ui.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = ENV != "production"
WHITENOISE_MAX_AGE = 31_536_000 if PRODUCTION else 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Away from production nothing leaves the machine: every e-mail is a file that anyone trying the product can read.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if PRODUCTION else 'filebased'}.EmailBackend"
_MAIL = mail_server_from_url(os.environ.get("TRUONGSO_SMTP", ""))
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.host, _MAIL.port, _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = _MAIL.begins_tls, _MAIL.is_tls, 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get(
    "TRUONGSO_MAIL_FROM", f"khong-tra-loi@{urlsplit(PUBLIC_URL).hostname}"
)
EMAIL_FILE_PATH = DATA_DIR / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "truongso.kernel.origin.RequestMark"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
