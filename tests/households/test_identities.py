"""Identity numbers: checked, encrypted, masked, shown for a reason, found again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from households.identities import keep_identity, read_card, remove_identity, reveal_identity
from households.models import Identity, IdentityKind, Resident
from households.whole_file import household_file
from journal.models import Entry
from lockdown.kernel import crypto
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.people import card, person

SLUG = "yujingwan"
CARD = IdentityKind.ID_CARD


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


@pytest.fixture
def zhang(site: Site) -> Resident:
    return person(site, "101", "张小明")


def keep(site: Site, resident: Resident, number: str, kind: IdentityKind = CARD) -> Identity:
    return keep_identity(resident=resident, kind=kind, number=number, by=site.manager)


def test_the_official_example_of_the_standard_is_accepted(site: Site) -> None:
    # GB 11643-1999, appendix A.
    found = read_card("11010519491231002X", site.compound.today())
    assert (found.born.year, found.sex) == (1949, "f")


def test_full_width_digits_spaces_and_a_small_x_are_read(site: Site, zhang: Resident) -> None:
    typed = "１１０１０５ １９４９１２３１ ００２ｘ"
    kept = keep(site, zhang, typed)
    assert (crypto.decrypt(kept.number), kept.last_four) == ("11010519491231002X", "002X")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("11010519491231002", "18"),
        ("110105194912310021", "digit"),
        ("110105194913310028", "birth"),
        (card(born="20991231"), "birth"),
        ("X10105194912310021", "birth"),
    ],
)
def test_a_wrong_card_is_refused_with_what_is_wrong(
    site: Site, zhang: Resident, number: str, said: str, settings
) -> None:
    with translation.override("en"), pytest.raises(Refused, match=said):
        keep(site, zhang, number)
    assert Identity.objects.count() == 0


def test_the_database_holds_no_readable_number(site: Site, zhang: Resident) -> None:
    number = card()
    keep(site, zhang, number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM households_identity t")
        ((row,),) = cursor.fetchall()
    assert number not in row and number[:14] not in row
    assert f",{number[-4:]}," in row


def test_a_card_tells_year_and_sex_where_the_file_has_none(site: Site, zhang: Resident) -> None:
    keep(site, zhang, card(born="19500307", order="002"))
    zhang.refresh_from_db()
    assert (zhang.birth_year, zhang.sex) == (1950, "f")


def test_a_card_changes_nothing_that_the_file_knows(site: Site) -> None:
    known = person(site, "101", "李四", birth_year=1951, sex="m")
    keep(site, known, card(born="19500307", order="002"))
    known.refresh_from_db()
    assert (known.birth_year, known.sex) == (1951, "m")


def test_the_same_number_twice_is_one_fact(site: Site, zhang: Resident) -> None:
    first = keep(site, zhang, card())
    assert keep(site, zhang, f" {card().lower()} ") == first
    assert _facts("identity") == 1


def test_another_number_of_the_kind_replaces_the_first(site: Site, zhang: Resident) -> None:
    keep(site, zhang, card())
    keep(site, zhang, card(order="009"))
    assert crypto.decrypt(Identity.objects.get().number) == card(order="009")
    assert _facts("identity_replaced") == 1


def test_a_passport_stands_beside_the_card(site: Site, zhang: Resident) -> None:
    keep(site, zhang, card())
    keep(site, zhang, "e 12345678", IdentityKind.PASSPORT)
    assert Identity.objects.count() == 2
    with pytest.raises(Refused):
        keep(site, zhang, "护照", IdentityKind.PASSPORT)


def test_a_removed_number_is_gone_and_the_journal_knows(site: Site, zhang: Resident) -> None:
    kept = keep(site, zhang, card())
    for _time in range(2):
        remove_identity(identity=kept, by=site.manager)
    assert Identity.objects.count() == 0
    assert _facts("identity_removed") == 1


def test_a_number_is_shown_only_for_a_reason_which_is_kept(site: Site, zhang: Resident) -> None:
    kept = keep(site, zhang, card())
    with pytest.raises(Refused):
        reveal_identity(identity=kept, reason=" ", by=site.manager)
    assert reveal_identity(identity=kept, reason="派出所核对", by=site.manager) == card()
    entry = Entry.objects.get(event="IdentityRevealed")
    assert (entry.data["reason"], entry.data["name"]) == ("派出所核对", "张**")
    assert card() not in str(entry.data)


def test_the_same_number_in_two_files_shows_on_both(site: Site, zhang: Resident) -> None:
    other = person(site, "302", "张晓明")
    keep(site, zhang, card())
    keep(site, other, card())
    assert [one.door for one in household_file(zhang.household).alike] == ["1-1-302"]
    assert [one.door for one in household_file(other.household).alike] == ["1-1-101"]


def test_equal_numbers_of_two_compounds_have_no_common_index(cast: Cast) -> None:
    indexes = []
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            indexes.append(keep(site, person(site, "101", "张小明"), card()).blind_index)
    assert indexes[0] != indexes[1]


# Pages


def test_the_page_masks_the_number_and_reveals_it_by_post(
    cast: Cast, site: Site, zhang: Resident
) -> None:
    client = cast.client(site.manager)
    address = reverse("households:identity-keep", args=[SLUG, zhang.pk])
    assert client.post(address, {"kind": "id_card", "number": card()}).status_code == 302
    page = client.get(reverse("households:member-edit", args=[SLUG, zhang.pk])).content.decode()
    assert f"**** {card()[-4:]}" in page and card() not in page
    kept = Identity.objects.get()
    reveal = reverse("households:identity-reveal", args=[SLUG, kept.pk])
    assert client.post(reveal, {"reason": ""}).status_code == 422
    assert card() in client.post(reveal, {"reason": "转运登记"}).content.decode()


def test_a_mistyped_number_stays_in_the_form(cast: Cast, site: Site, zhang: Resident) -> None:
    address = reverse("households:identity-keep", args=[SLUG, zhang.pk])
    answer = cast.client(site.manager).post(address, {"kind": "id_card", "number": "1234"})
    assert answer.status_code == 422 and 'value="1234"' in answer.content.decode()


def test_a_captain_keeps_a_number_and_cannot_show_it(
    cast: Cast, site: Site, zhang: Resident
) -> None:
    client = cast.client(site.captain)
    address = reverse("households:identity-keep", args=[SLUG, zhang.pk])
    assert client.post(address, {"kind": "id_card", "number": card()}).status_code == 302
    reveal = reverse("households:identity-reveal", args=[SLUG, Identity.objects.get().pk])
    assert client.post(reveal, {"reason": "x"}).status_code == 404
    assert Entry.objects.filter(event="IdentityRevealed").count() == 0


def test_another_compound_finds_no_identity(cast: Cast, site: Site, zhang: Resident) -> None:
    kept = keep(site, zhang, card())
    client = cast.client(cast.huaidong.manager)
    for name in ("identity-reveal", "identity-remove"):
        for slug in (SLUG, "huaidong"):
            address = reverse(f"households:{name}", args=[slug, kept.pk])
            assert client.post(address, {"reason": "x"}).status_code == 404
    assert Identity.objects.count() == 1


def _facts(what: str) -> int:
    return Entry.objects.filter(event="HouseholdChanged", data__what=what).count()
