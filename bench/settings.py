"""The product's settings with the stub pages beside its own."""

from lockdown.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
