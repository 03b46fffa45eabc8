"""WSGI entry for granian or gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("TRUONGSO_STATEMENT_SECONDS", "30")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "truongso.config.settings")
application = get_wsgi_application()

from truongso.kernel.production import start_problems  # noqa: E402 - needs loaded apps

if problems := start_problems():  # however the server was started
    raise SystemExit("\n".join(problems))
