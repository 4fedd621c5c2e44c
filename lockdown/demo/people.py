"""The named cast of the demo. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from django.contrib.auth.hashers import make_password

from compounds.actions import UnitPattern, add_member, build_homes, open_compound
from compounds.models import Building, Compound, Member, Officer, Organization, Unit, User
from compounds.roles import Role
from compounds.signin.links import make_link
from compounds.signin.rules import require_second_factor
from lockdown.kernel.tenancy import scope

PASSWORD = "lockdown-demo"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role


@dataclass(frozen=True)
class SitePlan:
    """A compound of the demo: its company, homes and people. The first person is the manager."""

    company: str
    name: str
    slug: str
    duty_phone: str
    patterns: tuple[UnitPattern, ...]
    people: tuple[Person, ...]


@dataclass
class Site:
    compound: Compound
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def manager(self) -> Member:
        return next(one for one in self.members.values() if one.role == Role.MANAGER)

    def of(self, role: Role) -> Member:
        return next(one for one in self.members.values() if one.role == role)


R = Role
COMPANY_A, COMPANY_B = "湾岭物业", "乐邻物业"

YUJINGWAN = SitePlan(
    COMPANY_A,
    "御景湾",
    "yujingwan",
    "0744-8200000",
    (UnitPattern("1", "1", 18, 5),),
    (
        Person("wangfang", "王芳", R.MANAGER),
        Person("lijianguo", "李建国", R.GUARD),
        Person("liuguilan", "刘桂兰", R.CLEANER),
        Person("zhaoshifu", "赵海", R.TECHNICIAN),
        Person("qiancang", "钱进", R.WAREHOUSE),
        Person("zhouqiang", "周强", R.CAPTAIN),
        Person("wangmin", "王敏", R.VOLUNTEER),
        Person("lifang", "李芳", R.VOLUNTEER),
        Person("zhangling", "张玲", R.ADVISER),
    ),
)
XIAODONGMEN = SitePlan(
    COMPANY_A,
    "小东门",
    "xiaodongmen",
    "021-56000000",
    (UnitPattern("3", "1", 16, 4),),
    (
        Person("sunli", "孙丽", R.MANAGER),
        Person("caobao", "曹宝", R.GUARD),
        Person("panayi", "潘秀英", R.CLEANER),
        Person("xiaoqiu", "邱小雨", R.CAPTAIN),
        Person("laoquan", "全志", R.VOLUNTEER),
    ),
)
HUAIDONG = SitePlan(
    COMPANY_B,
    "槐东",
    "huaidong",
    "0311-86000000",
    tuple(UnitPattern(str(b), str(u), 6, 2) for b in (1, 2, 3) for u in (1, 2, 3)),
    (
        Person("zhaoyuhu", "赵玉湖", R.MANAGER),
        Person("xiezhimin", "谢志明", R.GUARD),
        Person("zhangxian", "张献", R.CLEANER),
        Person("dongmei", "董梅", R.CAPTAIN),
        Person("heping", "何平", R.VOLUNTEER),
    ),
)
REVIEWER = Person("chenzhuren", "陈主任", R.REVIEWER)


def user_of(person: Person) -> User:
    user = User.objects.filter(username=person.username).first()
    if user is None:
        user = User.objects.create(
            username=person.username, name=person.name, password=_hashed(PASSWORD)
        )
    return user


@cache
def _hashed(password: str) -> str:
    """Everybody of the demo has the same password; hashing it is slow on purpose."""
    return make_password(password)


def open_site(plan: SitePlan, *, slug: str | None = None, name: str | None = None) -> Site:
    """Open the compound through the real actions, with its homes and members."""
    company, _made = Organization.objects.get_or_create(name=plan.company)
    manager = user_of(plan.people[0])
    Officer.objects.get_or_create(organization=company, user=manager)
    compound = open_compound(
        organization=company,
        name=name or plan.name,
        slug=slug or plan.slug,
        duty_phone=plan.duty_phone,
        by=manager,
    )
    site = Site(compound)
    with scope([compound.pk]):
        first = Member.objects.select_related("user", "compound").get(user=manager)
        site.members[plan.people[0].username] = first
        build_homes(compound=compound, patterns=plan.patterns, by=first)
        unit = Unit.objects.order_by("id").first()
        for person in plan.people[1:]:
            site.members[person.username] = _join(site, person, unit, len(plan.patterns))
    return site


def _join(site: Site, person: Person, unit: Unit | None, units: int) -> Member:
    near = unit if person.role == R.CAPTAIN and units == 1 else None
    return add_member(
        compound=site.compound, user=user_of(person), role=person.role, unit=near, by=site.manager
    )


def add_latecomers(yujingwan: Site, huaidong: Site) -> None:
    """Who came when the work was shared out: a volunteer by link, a captain of one building."""
    with scope([yujingwan.compound.pk]):
        user, _made = User.objects.get_or_create(
            username="chenxiaoyu", defaults={"name": "陈小雨", "password": make_password(None)}
        )
        helper = add_member(
            compound=yujingwan.compound, user=user, role=R.VOLUNTEER, by=yujingwan.manager
        )
        make_link(member=helper, opens_within=24, session_hours=12, by=yujingwan.manager)
        require_second_factor(
            compound=yujingwan.compound, role=R.TECHNICIAN, grace_days=14, by=yujingwan.manager
        )
    with scope([huaidong.compound.pk]):
        second = Building.objects.get(number="2")
        add_member(
            compound=huaidong.compound,
            user=user_of(Person("liyan", "李燕", R.CAPTAIN)),
            role=R.CAPTAIN,
            buildings=[second.pk],
            by=huaidong.manager,
        )


def add_reviewer(sites: list[Site]) -> None:
    """One committee over compounds of two companies."""
    for site in sites:
        with scope([site.compound.pk]):
            add_member(
                compound=site.compound, user=user_of(REVIEWER), role=R.REVIEWER, by=site.manager
            )
