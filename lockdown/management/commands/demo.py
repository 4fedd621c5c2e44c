"""`manage.py demo`: the three stories through the real import and actions, and a table of links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from compounds.models import Compound, Home, Member
from households.doors import issue_door_codes
from lockdown.demo import doors, drilling, others, relatives, shop, supplies, yujingwan
from lockdown.demo.clock import at, in_process
from lockdown.demo.people import (
    HUAIDONG,
    PASSWORD,
    REVIEWER,
    XIAODONGMEN,
    YUJINGWAN,
    Site,
    add_latecomers,
    add_reviewer,
    open_site,
)
from lockdown.kernel.tenancy import scope

# A home whose registered phone ends in 0039, and an elder living alone whose ends in 0124.
DOORS = (("501", "0039"), ("1205", "0124"))
PAGES = (
    ("wangfang", "御景湾 物业经理", "/c/yujingwan/"),
    ("liuguilan", "御景湾 保洁", "/c/yujingwan/my-list/"),
    ("zhouqiang", "御景湾 楼栋长", "/c/yujingwan/my-list/"),
    ("wangmin", "御景湾 志愿者", "/c/yujingwan/my-list/"),
    ("sunli", "小东门 物业经理", "/c/xiaodongmen/"),
    ("zhaoyuhu", "槐东 物业经理", "/c/huaidong/"),
    ("chenzhuren", "居委会 审阅", "/review/"),
    ("liyan", "槐东 楼栋长 只看 2 栋", "/c/huaidong/my-list/"),
)


class Command(BaseCommand):
    help = "Load the demo once; print who can sign in and where."

    def handle(self, *args: Any, **options: Any) -> None:
        with in_process():
            if not Compound.objects.filter(slug=YUJINGWAN.slug).exists():
                self._load()
            codes = self._resident_links()
            relative = self._relative_link()
        self._print(codes, relative)

    def _load(self) -> None:
        now = timezone.now()
        with at(now - timedelta(days=6)):
            sites = [open_site(plan) for plan in (YUJINGWAN, XIAODONGMEN, HUAIDONG)]
            add_reviewer([sites[0], sites[2]])
        today = sites[0].compound.today(now)
        yujingwan.replay(
            sites[0], today - timedelta(days=2), until=now, scenes=yujingwan.UNFINISHED
        )
        others.xiaodongmen(sites[1], today - timedelta(days=5), until=now)
        others.huaidong(sites[2], today - timedelta(days=1), until=now)
        add_latecomers(sites[0], sites[2])
        drilling.play(sites[0].compound, floor=9, step=30, hours=4)
        doors.load(sites[0], now)
        supplies.load(sites[0], now)
        shop.load(sites[0], now)

    def _resident_links(self) -> list[tuple[str, str, str]]:
        """Fresh codes for two doors: only digests are kept, so the old links cannot be shown."""
        compound = Compound.objects.get(slug=YUJINGWAN.slug)
        with scope([compound.pk]):
            manager = Member.objects.filter(role="manager").order_by("id")[0]
            numbers = [number for number, _digits in DOORS]
            homes = {home.number: home for home in Home.objects.filter(number__in=numbers)}
            issued = issue_door_codes(compound=compound, homes=homes.values(), by=manager)
        by_home = {home.number: code for home, code in issued}
        return [(number, by_home[number], digits) for number, digits in DOORS]

    def _relative_link(self) -> str:
        """A fresh link for a relative of the first of these doors."""
        compound = Compound.objects.get(slug=YUJINGWAN.slug)
        with scope([compound.pk]):
            manager = Member.objects.filter(role="manager").order_by("id")[0]
        site = Site(compound, {YUJINGWAN.people[0].username: manager})
        return relatives.invite(site, DOORS[0][0])

    def _print(self, codes: list[tuple[str, str, str]], relative: str) -> None:
        base = settings.SITE_URL
        self.stdout.write(f"{base}/   password for everybody: {PASSWORD}\n")
        for username, who, path in PAGES:
            self.stdout.write(f"  {username:12} {who:20} {base}{path}")
        self.stdout.write("\nResidents (open on a phone, or in a private window):")
        for number, code, digits in codes:
            self.stdout.write(f"  1-1-{number:<8} last four digits {digits}   {base}/s/{code}/")
        self.stdout.write(f"\nA relative outside of 1-1-{DOORS[0][0]}: {base}/a/{relative}/")
        self.stdout.write(f"\nThe committee's {REVIEWER.name} reviews 御景湾 and 槐东.")
