"""The web server's door."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lockdown.settings")
application = get_wsgi_application()
# What was loaded stays: the collector need not walk through it again and again. Requests leave few
# cycles behind, so it may also come less often than after every 700 objects.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
