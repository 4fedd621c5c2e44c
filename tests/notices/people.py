"""Phones, sign-ins and notices for these tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from households.access import SESSION_KEY, new_secret
from households.models import Access, Phone
from notices.actions import send_notice
from notices.models import Notice, NoticeKind, Receipt
from tests.cast import Site


def give_phone(site: Site, number: str, phone: str = "13800138000") -> Phone:
    return Phone.objects.create(
        compound=site.compound,
        household=site.household(number),
        number=phone,
        last_four=phone[-4:],
    )


def sign_in(site: Site, number: str, *, at: datetime | None = None) -> tuple[Access, str]:
    """A phone that may open this home's page; returns its access and secret."""
    secret, digest = new_secret()
    access = Access.objects.create(
        compound=site.compound,
        household=site.household(number),
        said_name="张明",
        digest=digest,
        granted_at=at or timezone.now(),
    )
    return access, secret


def phone_of(site: Site, secret: str) -> Client:
    client = Client()
    session = client.session
    session[SESSION_KEY] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    return client


def tell(site: Site, *, cause: str = "test:1", **more: Any) -> Notice:
    """A general notice to the whole compound, handed over to be sent."""
    fields = {"kind": NoticeKind.GENERAL, "title": "停水通知", "body": "明天九点停水。"} | more
    return send_notice(compound=site.compound, cause=cause, by=site.manager, **fields)


def receipt(site: Site, notice: Notice, number: str) -> Receipt:
    return Receipt.objects.select_related("home", "notice", "assignee").get(
        notice=notice, home__number=number
    )


def earlier(notice: Notice, minutes: int) -> None:
    """Move a sent notice and its receipts into the past."""
    back = timedelta(minutes=minutes)
    now = timezone.now()
    Notice.objects.filter(pk=notice.pk).update(sent_at=now - back, send_at=now - back)
    Receipt.objects.filter(notice=notice, sent_at__isnull=False).update(sent_at=now - back)
