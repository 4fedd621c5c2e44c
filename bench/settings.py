"""The product's settings with the stub pages beside its own."""

from lockdown import environment as env
from lockdown.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
if not env.flag("BENCH_CACHE", True):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
