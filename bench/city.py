"""An installation of a city: 13,000 compounds with homes and people, written by the database."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

from bench.scenes import analyze
from compounds.models import Organization
from households import pinyin
from lockdown.kernel.tenancy import scope

COMPOUNDS, HOMES = 13_000, 10  # homes in each; two people a home, every home with a phone
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
FIRST = "建志秀丽国文玉春桂海永明小晓家子雨思佳天"
SECOND = "兰国英强华敏涵军平红芳伟静杰涛霞宇欣怡轩"


@lru_cache
def city() -> list[int]:
    """The ids of its compounds, in order. Half a million people in about half a minute."""
    company, _made = Organization.objects.get_or_create(name="市域物业")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO compounds_compound (organization_id, name, slug, zone, duty_phone, "
            "created_at) SELECT %s, '小区' || n, 'city-' || n, 'Asia/Shanghai', '', now() "
            "FROM generate_series(1, %s) AS n RETURNING id",
            [company.pk, COMPOUNDS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    with scope(ids):
        _fill(ids)
    analyze()
    return ids


def _fill(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE city_name (n int PRIMARY KEY, name text, pinyin text, "
            "initials text) ON COMMIT DROP"
        )
        names = [a + b + c for a in SURNAMES for b in FIRST for c in SECOND]
        with cursor.copy("COPY city_name FROM STDIN") as rows:
            for number, name in enumerate(names):
                rows.write_row((number, name, pinyin.full(name), pinyin.initials(name)))
        for statement in STATEMENTS:
            cursor.execute(statement, {"ids": ids, "homes": HOMES, "names": len(names)})


STATEMENTS = (
    "INSERT INTO compounds_building (compound_id, number, position) "
    "SELECT id, '1', 1 FROM unnest(%(ids)s::bigint[]) AS id",
    "INSERT INTO compounds_unit (compound_id, building_id, number, position) "
    "SELECT compound_id, id, '1', 101 FROM compounds_building "
    "WHERE compound_id = ANY (%(ids)s::bigint[])",
    "INSERT INTO compounds_home (compound_id, building_id, unit_id, floor, number, label, position)"
    " SELECT compound_id, building_id, id, (n + 1) / 2, (n + 1) / 2 || '0' || 2 - n %% 2, "
    "'1-1-' || (n + 1) / 2 || '0' || 2 - n %% 2, n "
    "FROM compounds_unit, generate_series(1, %(homes)s) AS n "
    "WHERE compound_id = ANY (%(ids)s::bigint[])",
    "INSERT INTO households_household (compound_id, home_id, note, key_holder, opened_at) "
    "SELECT compound_id, id, '', '', now() FROM compounds_home "
    "WHERE compound_id = ANY (%(ids)s::bigint[])",
    "INSERT INTO households_resident (compound_id, household_id, name, pinyin, initials, sex, "
    "relation, is_head, presence, note, position) SELECT file.compound_id, file.id, one.name, "
    "one.pinyin, one.initials, '', '', place = 0, 'inside', '', place "
    "FROM households_household AS file, generate_series(0, 1) AS place, "
    "city_name AS one "
    "WHERE file.compound_id = ANY (%(ids)s::bigint[]) "
    "AND one.n = (file.id * 7919 + place * 104729) %% %(names)s",
    "INSERT INTO households_phone (compound_id, household_id, number, last_four, position) "
    "SELECT compound_id, id, '139' || lpad((id %% 100000000)::text, 8, '0'), "
    "lpad((id %% 10000)::text, 4, '0'), 0 FROM households_household "
    "WHERE compound_id = ANY (%(ids)s::bigint[])",
)
