"""Lockdown: the software that runs a residential compound while it is sealed."""

from lockdown.celery import app as celery_app

__all__ = ["celery_app"]
