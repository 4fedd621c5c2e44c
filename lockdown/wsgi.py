"""The web server's door."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lockdown.settings")
application = get_wsgi_application()
# What was loaded stays: the collector need not walk through it again and again.
gc.collect()
gc.freeze()
