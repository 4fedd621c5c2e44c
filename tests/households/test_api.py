"""The endpoints: the same rules as the pages, phones masked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from compounds.actions import issue_token
from compounds.models import Home, Member
from households.actions import start_sweep
from households.models import Access, Resident, Verification
from households.signin import ask
from tests.cast import Cast, Site
from tests.households.test_imports import SMALL, imported

ROOT = "/api/v1/compounds/yujingwan"


def token(site: Site, member: Member) -> dict[str, str]:
    with site.open():
        _row, text = issue_token(member=member, name="test", by=site.manager)
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


def post(
    address: str, headers: dict[str, str], body: dict | None = None, key: str = "key-00000001"
):
    return Client().post(
        f"{ROOT}/{address}",
        body or {},
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=key,
        **headers,
    )


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        imported(cast.yujingwan, SMALL)
    return cast.yujingwan


def test_households_come_page_by_page_with_phones_masked(site: Site) -> None:
    headers = token(site, site.captain)
    first = Client().get(f"{ROOT}/households/?limit=4", **headers).json()
    rest = Client().get(f"{ROOT}/households/?after={first['next_after']}", **headers).json()
    assert len(first["results"]) == 4 and len(rest["results"]) == 2
    assert rest["next_after"] is None
    [found] = Client().get(f"{ROOT}/households/?q=8000", **headers).json()["results"]
    assert (found["door"], found["flags"]) == ("1-1-101", ["lone_elder"])
    one = Client().get(f"{ROOT}/households/{found['id']}/", **headers)
    assert one.json()["residents"][0]["phones"] == ["138****8000"]
    assert "13800008000" not in one.content.decode()


def test_a_door_is_verified_once(site: Site) -> None:
    with site.open():
        start_sweep(
            compound=site.compound,
            cause=5,
            title="1-1",
            assigned=[(home, site.captain) for home in Home.objects.all()],
            due_at=timezone.now() + timedelta(hours=1),
        )
        row = Verification.objects.first().pk
    headers = token(site, site.captain)
    body = {"outcome": "verified", "how": "call"}
    first = post(f"verifications/{row}/record/", headers, body)
    again = post(f"verifications/{row}/record/", headers, body)
    assert first.status_code == again.status_code == 200
    assert first.json()["attempts"] == again.json()["attempts"] == 1
    late = post(f"verifications/{row}/record/", headers, {"outcome": "unreachable"}, "key-2-00000")
    assert (late.status_code, late.json()["code"]) == (409, "already_verified")


def test_a_roster_goes_in_and_comes_back_out(cast: Cast) -> None:
    site = cast.yujingwan
    headers = token(site, site.manager)
    answer = Client().post(
        f"{ROOT}/imports/",
        {"file": SimpleUploadedFile("a.csv", SMALL.encode())},
        HTTP_IDEMPOTENCY_KEY="upload-0001",
        **headers,
    )
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["state"], seen["people"], seen["new"]) == ("previewed", 2, 2)
    done = post(f"imports/{seen['id']}/confirm/", headers, key="confirm-0001").json()
    assert (done["state"], done["new"], done["same"]) == ("imported", 0, 2)
    assert Client().get(f"{ROOT}/imports/{seen['id']}/", **headers).json() == done
    back = post(f"imports/{seen['id']}/undo/", headers, key="undo-00001").json()
    assert back["state"] == "taken_back"
    with site.open():
        assert Resident.objects.count() == 0


def test_a_request_is_decided_by_those_who_may(site: Site) -> None:
    with site.open():
        access, _secret = ask(household=site.household("101"), resident=None, name="甲")
    address = f"accesses/{access.pk}/decide/"
    assert post(address, token(site, site.guard), {"decision": "grant"}).status_code == 404
    captain = token(site, site.captain)
    [listed] = Client().get(f"{ROOT}/accesses/", **captain).json()["results"]
    assert (listed["id"], listed["state"]) == (access.pk, "waiting")
    assert post(address, captain, {"decision": "grant"}).json()["state"] == "granted"
    assert post(address, captain, {"decision": "burn"}, "key-3-00000").status_code == 422
    with site.open():
        assert Access.objects.get().is_open


def test_another_compounds_token_finds_nothing(cast: Cast, site: Site) -> None:
    headers = token(cast.huaidong, cast.huaidong.manager)
    assert Client().get(f"{ROOT}/households/", **headers).status_code == 404
    assert Client().get(f"{ROOT}/households/").status_code in {401, 403}
