"""A resident at the door: the code, the digits, the wait, the staff, and leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compounds.models import Home
from households.doors import compound_of, find_code, issue_door_codes, new_code
from households.files import add_member, add_phone
from households.models import Access, DoorCode, Resident
from households.signin import MOST_TRIES, ask, grant, prove, refuse, revoke, spend_try
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        file = cast.yujingwan.household("101")
        person = add_member(
            household=file, fields={"name": "张小凡", "birth_year": 1950}, by=cast.yujingwan.manager
        )
        add_phone(household=file, resident=person, number="13800008000", by=cast.yujingwan.manager)
        yield cast.yujingwan


def code_of(site: Site, number: str = "101") -> str:
    homes = Home.objects.filter(number=number).select_related("unit__building")
    [(_home, code)] = issue_door_codes(compound=site.compound, homes=homes, by=site.manager)
    return code


def at(code: str) -> str:
    return reverse("households:door", args=[code])


def send(client: Client, code: str, *, deed: str = "prove", digits: str = "8000", who: str = ""):
    return client.post(
        at(code), {"deed": deed, "digits": digits, "who": who or "other", "name": "张小凡"}
    )


# Codes


def test_a_code_names_its_compound_and_only_its_digest_is_kept(site: Site) -> None:
    code = code_of(site)
    assert compound_of(code) == site.compound.pk
    assert compound_of(code.upper().replace("-", "\u2011")) == site.compound.pk
    assert code not in str(DoorCode.objects.values())
    assert Entry.objects.get(event="DoorCodesIssued").data == {"homes": 1}


def test_printing_again_ends_the_labels_before(site: Site) -> None:
    first = code_of(site)
    second = code_of(site)
    assert find_code(first) is None
    assert find_code(second).home.number == "101"
    assert DoorCode.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("text", ["", "zzz", "1-short", "999999999999-abcdefghjkmn", "1-ABC/../x"])
def test_what_is_no_code_gets_a_sentence(cast: Cast, text: str) -> None:
    answer = Client().get(f"/s/{text}/")
    assert answer.status_code == 404


def test_an_ended_code_gets_a_sentence_and_the_duty_phone(site: Site) -> None:
    old = code_of(site)
    code_of(site)
    answer = Client().get(at(old))
    assert answer.status_code == 404
    assert "0744-8000001" in answer.content.decode()


# Proof


def test_the_right_digits_open_the_home(site: Site) -> None:
    client, code = Client(), code_of(site)
    page = client.get(at(code)).content.decode()
    assert "张**" in page and "张小凡" not in page and "8000" not in page.replace("8000001", "")
    resident = Resident.objects.get()
    answer = send(client, code, who=str(resident.pk), digits=" ８０００ ")
    assert (answer.status_code, answer.url) == (302, reverse("reports:home"))
    access = Access.objects.get()
    assert access.is_open and access.resident == resident and access.granted_by is None
    assert Entry.objects.filter(event="AccessGranted", household_id=access.household_id).exists()
    assert client.get(at(code)).url == reverse("reports:home")


def test_wrong_digits_open_nothing(site: Site) -> None:
    client, code = Client(), code_of(site)
    assert send(client, code, digits="1234").status_code == 422
    assert Access.objects.count() == 0


def test_five_wrong_tries_close_the_door_for_a_quarter_hour(site: Site) -> None:
    code = code_of(site)
    for _time in range(MOST_TRIES):
        send(Client(), code, digits="1234")
    late = send(Client(), code, digits="8000")
    assert late.status_code == 422
    assert "0744-8000001" in str(late.context["form"].errors)
    assert Access.objects.count() == 0
    DoorCode.objects.update(tries_from=timezone.now() - timedelta(minutes=16))
    assert send(Client(), code, digits="8000").status_code == 302


def test_a_blocked_door_does_not_block_the_neighbours_on_the_same_address(site: Site) -> None:
    add_phone(household=site.household("102"), resident=None, number="13800007777", by=site.manager)
    shut, other = code_of(site), code_of(site, "102")
    for _time in range(MOST_TRIES):
        send(Client(), shut, digits="1234")
    assert send(Client(), other, digits="7777").status_code == 302


def test_one_browser_cannot_try_door_after_door(site: Site) -> None:
    add_phone(household=site.household("102"), resident=None, number="13800007777", by=site.manager)
    client, first, second = Client(), code_of(site), code_of(site, "102")
    for _time in range(MOST_TRIES):
        send(client, first, digits="1234")
    assert send(client, second, digits="7777").status_code == 422


def test_tries_are_counted_in_the_database(site: Site) -> None:
    found = find_code(code_of(site))
    now = timezone.now()
    assert [spend_try(code=found, now=now) for _time in range(6)] == [True] * 5 + [False]


# Staff


def test_staff_let_in_a_resident_without_a_phone(cast: Cast, site: Site) -> None:
    client, code = Client(), code_of(site, "202")
    assert send(client, code, deed="ask", digits="").url == reverse("households:waiting")
    assert client.get(reverse("households:waiting")).status_code == 200
    access = Access.objects.get()
    assert not access.is_open
    listed = cast.client(site.captain).get(reverse("households:access-list", args=[site.slug]))
    assert [one.pk for one in listed.context["waiting"]] == [access.pk]
    cast.client(site.captain).post(
        reverse("households:access-decide", args=[site.slug, access.pk]), {"decision": "grant"}
    )
    access.refresh_from_db()
    assert access.is_open and access.granted_by == site.captain
    assert client.get(reverse("households:waiting")).url == reverse("reports:home")
    events = set(Entry.objects.values_list("event", flat=True))
    assert {"AccessAsked", "AccessGranted"} <= events


def test_a_refused_request_ends_with_a_sentence(site: Site) -> None:
    client, code = Client(), code_of(site)
    send(client, code, deed="ask", digits="")
    refuse(access=Access.objects.get(), by=site.captain)
    page = client.get(reverse("households:waiting"))
    assert page.status_code == 200
    assert client.get(reverse("households:waiting")).url == reverse("households:welcome")


def test_deciding_twice_is_one_decision(site: Site) -> None:
    access, _secret = ask(household=site.household("101"), resident=None, name="甲")
    grant(access=access, by=site.manager)
    grant(access=access, by=site.captain)
    access.refresh_from_db()
    assert access.granted_by == site.manager
    with pytest.raises(Refused):
        refuse(access=access, by=site.manager)
    revoke(access=access, by=site.manager)
    revoke(access=access, by=site.manager)
    assert Entry.objects.filter(event="AccessRevoked").count() == 1
    with pytest.raises(Refused):
        grant(access=access, by=site.manager)


def test_asking_without_a_name_is_refused(site: Site) -> None:
    with pytest.raises(Refused):
        ask(household=site.household("101"), resident=None, name="  ")


def test_leaving_ends_the_access_of_this_phone_only(site: Site) -> None:
    client, code = Client(), code_of(site)
    send(client, code)
    other, _secret = prove(household=site.household("101"), resident=None, name="乙", digits="8000")
    client.post(reverse("households:leave"))
    assert [one.pk for one in Access.objects.filter(ended_at=None)] == [other.pk]
    assert client.get("/home/waiting/").url == reverse("households:welcome")


def test_the_typed_code_leads_to_the_door(site: Site) -> None:
    code = code_of(site)
    answer = Client().get(reverse("households:welcome"), {"code": code.upper()})
    assert answer.url == at(code)
    assert Client().get(reverse("households:welcome"), {"code": "nonsense"}).status_code == 404


# Labels and roles


def test_labels_show_each_door_with_its_code_once(cast: Cast, site: Site) -> None:
    client = cast.client(site.manager)
    address = reverse("households:labels", args=[site.slug])
    sheet = client.post(address, {"kind": "unit", "row": site.unit().pk})
    page = sheet.content.decode()
    assert page.count("<svg") >= 6 and "style=" not in page
    assert [floor for _unit, floor, _rows in sheet.context["floors"]] == [1, 2, 3]
    assert DoorCode.objects.filter(revoked_at=None).count() == 6
    assert "doorlabel" not in client.get(address).content.decode()


def test_a_guard_decides_no_access_and_prints_no_label(cast: Cast, site: Site) -> None:
    access, _secret = ask(household=site.household("101"), resident=None, name="甲")
    client = cast.client(site.guard)
    for answer in (
        client.get(reverse("households:access-list", args=[site.slug])),
        client.post(reverse("households:labels", args=[site.slug]), {}),
        client.post(
            reverse("households:access-decide", args=[site.slug, access.pk]), {"decision": "grant"}
        ),
    ):
        assert answer.status_code == 404
    access.refresh_from_db()
    assert not access.is_open


def test_another_compounds_request_is_not_there(cast: Cast, site: Site) -> None:
    access, _secret = ask(household=site.household("101"), resident=None, name="甲")
    answer = cast.client(cast.huaidong.manager).post(
        reverse("households:access-decide", args=["huaidong", access.pk]), {"decision": "grant"}
    )
    assert answer.status_code == 404


def test_a_code_of_another_compounds_number_opens_nothing(cast: Cast, site: Site) -> None:
    secret = code_of(site).split("-")[1]
    forged = new_code(cast.huaidong.compound.pk).split("-")[0] + "-" + secret
    assert Client().get(at(forged)).status_code == 404
