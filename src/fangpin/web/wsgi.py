"""The WSGI application: `granian --interface wsgi fangpin.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
application = get_wsgi_application()

from fangpin.web.joining import start_joiner  # noqa: E402 - Django must be ready first
from fangpin.web.sealing import start_sealer  # noqa: E402 - Django must be ready first
from fangpin.web.working import start_keeper  # noqa: E402 - Django must be ready first

start_sealer()
start_joiner()
start_keeper()
