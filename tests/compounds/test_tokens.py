"""The API: tokens, refusals, idempotency."""

from __future__ import annotations

import pytest
from django.test import Client

from compounds.actions import issue_token, revoke_token
from compounds.models import ApiToken, Home
from journal.models import RequestKey
from tests.cast import Cast

URL = "/api/v1/compounds/yujingwan/"
PATTERN = {"patterns": [{"building": "5", "unit": "1", "floors": 2, "doors": 2}]}


@pytest.fixture
def bearer(cast: Cast) -> dict[str, str]:
    with cast.yujingwan.open():
        _token, text = issue_token(
            member=cast.yujingwan.manager, name="test", by=cast.yujingwan.manager
        )
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


def post(bearer: dict[str, str], body: dict, key: str = "key-12345678"):
    return Client().post(
        f"{URL}homes/", body, "application/json", HTTP_IDEMPOTENCY_KEY=key, **bearer
    )


def test_a_token_opens_its_compound_and_no_other(cast: Cast, bearer: dict[str, str]) -> None:
    assert Client().get(URL, **bearer).json()["homes"] == 6
    assert Client().get("/api/v1/compounds/huaidong/", **bearer).status_code == 404
    assert Client().get("/api/v1/compounds/nowhere/", **bearer).status_code == 404


def test_the_token_itself_is_not_kept(cast: Cast, bearer: dict[str, str]) -> None:
    with cast.yujingwan.open():
        kept = ApiToken.objects.values_list("digest", flat=True).get()
    assert kept not in bearer["HTTP_AUTHORIZATION"]


@pytest.mark.parametrize(
    "header", ["", "Bearer x", "Bearer ld_1_short", "Bearer ld_zzzzzzzzzzzz_" + "a" * 32, "Basic x"]
)
def test_a_wrong_token_is_401(db: None, header: str) -> None:
    answer = Client().get(URL, HTTP_AUTHORIZATION=header)
    assert answer.status_code in {401, 403}
    assert answer.json()["code"]


def test_a_revoked_token_is_401(cast: Cast, bearer: dict[str, str]) -> None:
    with cast.yujingwan.open():
        revoke_token(token=ApiToken.objects.get(), by=cast.yujingwan.manager)
    assert Client().get(URL, **bearer).status_code in {401, 403}


def test_the_same_key_and_body_get_the_first_answer(cast: Cast, bearer: dict[str, str]) -> None:
    first, second = post(bearer, PATTERN), post(bearer, PATTERN)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json() == {"made": 4, "homes": 10}
    with cast.yujingwan.open():
        assert Home.objects.count() == 10
        assert RequestKey.objects.count() == 1


def test_the_same_key_with_another_body_is_409(cast: Cast, bearer: dict[str, str]) -> None:
    post(bearer, PATTERN)
    other = {"patterns": [{"building": "6", "unit": "1", "floors": 2, "doors": 2}]}
    answer = post(bearer, other)
    assert answer.status_code == 409
    assert answer.json()["code"] == "key_reused"
    with cast.yujingwan.open():
        assert Home.objects.filter(building__number="6").count() == 0


def test_a_post_without_a_key_is_400(cast: Cast, bearer: dict[str, str]) -> None:
    assert post(bearer, PATTERN, key="").status_code == 400


def test_wrong_fields_are_422_and_named(cast: Cast, bearer: dict[str, str]) -> None:
    answer = post(bearer, {"patterns": [{"building": "5"}]})
    assert answer.status_code == 422
    assert "patterns" in answer.json()["errors"]
