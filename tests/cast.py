"""The named cast: two companies, three compounds, and the people who work in them.

Company A runs 御景湾 and 小东门, company B runs 槐东; one committee reviews 御景湾 and 槐东.
Everything is made through the real actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.test import Client

from compounds.actions import UnitPattern, add_member, build_homes, open_compound
from compounds.models import Compound, Home, Member, Officer, Organization, Unit, User
from compounds.roles import Role
from households.actions import open_missing_files
from households.models import Household
from lockdown.kernel.tenancy import scope

PASSWORD = "correct-horse-battery"


@dataclass
class Site:
    """One compound with its members by role."""

    compound: Compound
    members: dict[str, Member] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Member:
        try:
            return self.members[role]
        except KeyError:
            raise AttributeError(role) from None

    @property
    def slug(self) -> str:
        return self.compound.slug

    @contextmanager
    def open(self) -> Iterator[Compound]:
        """Work inside this compound's scope."""
        with scope([self.compound.pk]):
            yield self.compound

    def home(self, number: str) -> Home:
        return Home.objects.select_related("unit__building").get(number=number)

    def household(self, number: str) -> Household:
        return Household.objects.select_related("home__unit").get(
            home__number=number, closed_at=None
        )

    def unit(self) -> Unit:
        return Unit.objects.select_related("building").first()


@dataclass
class Cast:
    yujingwan: Site
    xiaodongmen: Site
    huaidong: Site
    reviewer: User
    stranger: User

    @staticmethod
    def client(user: User | Member | None = None) -> Client:
        """A browser, signed in as this user."""
        client = Client()
        if isinstance(user, Member):
            user = user.user
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client


FLOORS, DOORS = 3, 2


def make_cast(*, floors: int = FLOORS, doors: int = DOORS) -> Cast:
    """The cast; the one that the test database was made with, when it still stands.

    Making it takes half a second, loading it a few queries. More floors or doors are added.
    """
    cast = load_cast() or _new_cast()
    if floors > FLOORS or doors > DOORS:
        for site in (cast.yujingwan, cast.xiaodongmen, cast.huaidong):
            with site.open():
                pattern = UnitPattern("1", "1", floors, doors)
                build_homes(compound=site.compound, patterns=[pattern], by=site.manager)
                open_missing_files(compound=site.compound, homes=Home.objects.all())
    return cast


def load_cast() -> Cast | None:
    compounds = {one.slug: one for one in Compound.objects.select_related("organization")}
    if "yujingwan" not in compounds:
        return None
    sites = {slug: Site(compounds[slug]) for slug in ("yujingwan", "xiaodongmen", "huaidong")}
    by_id = {site.compound.pk: site for site in sites.values()}
    with scope(by_id):
        for member in Member.objects.select_related("user", "compound"):
            by_id[member.compound_id].members[member.role] = member
    users = {
        one.username: one for one in User.objects.filter(username__in=["reviewer", "stranger"])
    }
    return Cast(
        sites["yujingwan"],
        sites["xiaodongmen"],
        sites["huaidong"],
        users["reviewer"],
        users["stranger"],
    )


def _new_cast() -> Cast:
    first = Organization.objects.create(name="湾区物业")
    second = Organization.objects.create(name="乐居物业")
    yujingwan = _site(first, "御景湾", "yujingwan", "wang", "王芳", FLOORS, DOORS)
    xiaodongmen = _site(first, "小东门", "xiaodongmen", "sun", "孙丽", FLOORS, DOORS)
    huaidong = _site(second, "槐东", "huaidong", "zhao", "赵玉", FLOORS, DOORS)
    reviewer = _user("reviewer", "陈主任")
    for site in (yujingwan, huaidong):
        _join(site, "reviewer", Role.REVIEWER, user=reviewer)
    return Cast(yujingwan, xiaodongmen, huaidong, reviewer, _user("stranger", "路人"))


def _user(username: str, name: str) -> User:
    return User.objects.create_user(username, name=name, password=PASSWORD)


def _site(
    company: Organization,
    name: str,
    slug: str,
    username: str,
    manager: str,
    floors: int,
    doors: int,
) -> Site:
    user = _user(username, manager)
    Officer.objects.create(organization=company, user=user)
    compound = open_compound(
        organization=company, name=name, slug=slug, duty_phone="0744-8000001", by=user
    )
    site = Site(compound)
    with site.open():
        site.members["manager"] = Member.objects.select_related("user", "compound").get(user=user)
        build_homes(
            compound=compound, patterns=[UnitPattern("1", "1", floors, doors)], by=site.manager
        )
        open_missing_files(compound=compound, homes=Home.objects.all())
    for role, who in (
        ("guard", "李建国"),
        ("cleaner", "刘桂兰"),
        ("captain", "周强"),
        ("volunteer", "王敏"),
        ("technician", "赵师傅"),
        ("warehouse", "钱仓"),
        ("adviser", "张玲"),
    ):
        _join(site, role, Role(role), name=who)
    return site


def _join(site: Site, key: str, role: Role, *, name: str = "", user: User | None = None) -> None:
    user = user or _user(f"{key}-{site.slug}", name)
    with site.open():
        member = add_member(compound=site.compound, user=user, role=role, by=site.manager)
        site.members[key] = Member.objects.select_related("user", "compound").get(pk=member.pk)
