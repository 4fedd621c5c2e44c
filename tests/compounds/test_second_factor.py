"""Password and a code, recovery codes, what a role asks for, and a lost device."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from compounds.membership import add_member
from compounds.models import CodeApp, Member, Passkey, RecoveryCode, SecondFactorRule, Sitting, User
from compounds.roles import Role
from compounds.signin.accounts import reset_password, reset_second_factor
from compounds.signin.codes import (
    add_code_app,
    make_recovery_codes,
    new_secret,
    spend_code,
    spend_recovery,
    step_of,
)
from compounds.signin.rules import require_second_factor, waive_second_factor
from compounds.signin.vault import seal, unseal
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import PASSWORD, Cast
from tests.limits import Scene, limited

SIGN_IN = "/sign-in/"
SECOND = "/sign-in/second/"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def code_at(secret: str, moment: float) -> str:
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(moment)).decode()


def enrol(user: User) -> str:
    """An app that has shown the code of a minute ago, so that the present one is unused."""
    secret = new_secret()
    CodeApp.objects.create(user=user, name="手机", secret=seal(secret))
    return secret


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def test_a_password_alone_opens_the_desk_without_a_second_factor(cast: Cast) -> None:
    client = Client()
    assert sign_in(client, "wang")["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_a_right_password_is_half_the_way(cast: Cast) -> None:
    secret = enrol(cast.yujingwan.manager.user)
    client = Client()
    answer = sign_in(client, "wang", next="/c/yujingwan/")
    assert answer["Location"] == f"{SECOND}?next=%2Fc%2Fyujingwan%2F"
    assert client.get("/c/yujingwan/").status_code == 302
    answer = client.post(SECOND, {"code": "000000"})
    assert answer.status_code == 422
    assert client.get("/c/yujingwan/").status_code == 302
    answer = client.post(SECOND, {"code": code_at(secret, time.time()), "next": "/c/yujingwan/"})
    assert answer["Location"] == "/c/yujingwan/"
    assert client.get("/c/yujingwan/").status_code == 200
    assert Sitting.objects.get(user=cast.yujingwan.manager.user).how == "code"


def test_the_second_step_without_the_first_leads_back(cast: Cast) -> None:
    assert Client().get(SECOND)["Location"] == SIGN_IN
    assert Client().post(SECOND, {"code": "123456"})["Location"] == SIGN_IN


def test_half_the_way_is_forgotten_after_ten_minutes(cast: Cast) -> None:
    secret = enrol(cast.yujingwan.manager.user)
    client = Client()
    sign_in(client, "wang")
    session = client.session
    session["half"] = session["half"] | {"at": time.time() - 601}
    session.save()
    answer = client.post(SECOND, {"code": code_at(secret, time.time())})
    assert answer["Location"] == SIGN_IN


def test_a_code_works_once(cast: Cast) -> None:
    user = cast.yujingwan.manager.user
    code = code_at(enrol(user), time.time())
    assert spend_code(user, code)
    assert not spend_code(user, code)


def test_a_code_of_the_step_before_is_not_taken_after_a_newer_one(cast: Cast) -> None:
    user, now = cast.yujingwan.manager.user, time.time()
    secret = enrol(user)
    assert spend_code(user, code_at(secret, now))
    assert not spend_code(user, code_at(secret, now - 30))


@pytest.mark.parametrize(
    ("off", "fits"), [(0, True), (-30, True), (30, True), (-90, False), (90, False)]
)
def test_a_phones_clock_may_be_half_a_minute_off(off: int, fits: bool) -> None:
    secret, now = new_secret(), 1_700_000_000.0
    assert (step_of(secret, code_at(secret, now + off), now) is not None) is fits


@pytest.mark.parametrize("text", ["１２３４５６", " 123 456 ", "123-456"])
def test_digits_are_read_in_any_width(text: str) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    plain = code_at(secret, 1_700_000_000)
    typed = text.translate(str.maketrans("123456１２３４５６", plain + plain))
    assert step_of(secret, typed, 1_700_000_000) is not None


def test_wrong_codes_lock_the_name_and_not_the_address(cast: Cast) -> None:
    secret = enrol(cast.yujingwan.manager.user)
    client = Client()
    sign_in(client, "wang")
    got = [client.post(SECOND, {"code": "000000"}).status_code for _try in range(8)]
    assert got == [422] * 7 + [429]
    answer = client.post(SECOND, {"code": code_at(secret, time.time())})
    assert answer.status_code == 422
    assert "15" in answer.content.decode()
    neighbour = Client()  # behind the same address
    assert sign_in(neighbour, "sun").status_code == 302
    assert neighbour.get("/account/").status_code == 200


def test_a_recovery_code_works_once_in_place_of_the_app(cast: Cast) -> None:
    user = cast.yujingwan.manager.user
    enrol(user)
    first, *_rest = make_recovery_codes(by=user)
    client = Client()
    sign_in(client, "wang")
    assert client.post(SECOND, {"code": first.upper()}).status_code == 302
    assert Sitting.objects.get(user=user).how == "recovery"
    assert not spend_recovery(user, first)
    assert not spend_recovery(cast.huaidong.manager.user, _rest[0])
    assert spend_recovery(user, _rest[0].replace("-", ""))


def test_recovery_codes_are_kept_as_digests_and_replaced_as_a_set(cast: Cast) -> None:
    user = cast.yujingwan.manager.user
    old = make_recovery_codes(by=user)
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(old) == len(kept) == 10
    assert not any(code.replace("-", "") in kept for code in old)
    make_recovery_codes(by=user)
    assert RecoveryCode.objects.filter(user=user).count() == 10
    assert not spend_recovery(user, old[0])


def test_the_apps_secret_is_sealed_and_survives_a_new_key(cast: Cast, settings) -> None:
    user = cast.yujingwan.manager.user
    secret = enrol(user)
    kept = CodeApp.objects.get(user=user).secret
    assert secret not in kept
    before = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[before]):
        assert unseal(kept) == secret
        assert spend_code(user, code_at(secret, time.time()))
        anew = CodeApp.objects.get(user=user).secret
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert unseal(anew) == secret
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert unseal(kept) is None


def test_an_app_is_added_after_it_showed_a_code(cast: Cast) -> None:
    user = cast.yujingwan.manager.user
    client = Client()
    sign_in(client, "wang")
    page = client.get("/account/apps/new/")
    assert "<svg" in page.content.decode()
    assert "style=" not in page.content.decode()
    secret = page.context["secret"].replace(" ", "")
    assert client.post("/account/apps/new/", {"code": "000000", "name": "我的"}).status_code == 422
    assert client.get("/account/apps/new/").context["secret"].replace(" ", "") == secret
    assert not CodeApp.objects.exists()
    answer = client.post(
        "/account/apps/new/", {"code": code_at(secret, time.time()), "name": "我的"}
    )
    assert len(answer.context["codes"]) == 10
    assert CodeApp.objects.get(user=user).name == "我的"
    with cast.yujingwan.open():
        assert Entry.objects.get(event="SignInKeyAdded").data["what"] == "我的"


def test_six_apps_are_too_many(cast: Cast) -> None:
    user = cast.yujingwan.manager.user
    for _one in range(5):
        enrol(user)
    secret = new_secret()
    with pytest.raises(Refused):
        add_code_app(secret=secret, code=code_at(secret, time.time()), name="", by=user)


def test_a_key_is_renamed_and_removed_by_its_owner_only(cast: Cast) -> None:
    user, other = cast.yujingwan.manager.user, cast.huaidong.manager.user
    enrol(user)
    app = CodeApp.objects.get(user=user)
    stranger = Client()
    sign_in(stranger, other.username)
    for deed in ("name", "remove"):
        path = f"/account/keys/app/{app.pk}/{deed}/"
        assert stranger.post(path, {"name": "mine"}).status_code == 404
    owner = Client()
    sign_in(owner, "wang")
    secret = unseal(app.secret)
    owner.post(SECOND, {"code": code_at(str(secret), time.time())})
    owner.post(f"/account/keys/app/{app.pk}/name/", {"name": "旧手机"})
    assert CodeApp.objects.get(pk=app.pk).name == "旧手机"
    assert owner.post(f"/account/keys/nothing/{app.pk}/remove/").status_code == 404
    assert owner.post(f"/account/keys/app/{app.pk}/remove/").status_code == 302
    assert not CodeApp.objects.filter(pk=app.pk).exists()


def test_keys_change_only_after_a_fresh_proof(cast: Cast) -> None:
    client = Client()
    sign_in(client, "wang")
    session = client.session
    session["proved"] = time.time() - 1801
    session.save()
    answer = client.get("/account/apps/new/")
    assert answer["Location"] == "/account/prove/?next=%2Faccount%2Fapps%2Fnew%2F"
    assert client.post("/account/recovery/")["Location"].startswith("/account/prove/")
    assert client.post("/account/prove/", {"password": "wrong"}).status_code == 422
    done = client.post("/account/prove/", {"password": PASSWORD, "next": "/account/apps/new/"})
    assert done["Location"] == "/account/apps/new/"
    assert client.get("/account/apps/new/").status_code == 200


# What a role asks for


def test_a_role_is_sent_to_enrol_when_its_grace_is_over(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        require_second_factor(
            compound=site.compound, role=Role.GUARD, grace_days=3, by=site.manager
        )
    client = Client()
    sign_in(client, "guard-yujingwan")
    path = reverse("reports:my-list", args=[site.slug])
    assert client.get(path).status_code == 200
    with site.open():
        Member.objects.filter(role="guard").update(second_factor_from=timezone.now())
    answer = client.get(path)
    assert answer["Location"] == f"/account/second/{site.slug}/"
    page = client.get(answer["Location"]).content.decode()
    assert "/account/#keys" in page
    api = f"/api/v1/compounds/{site.slug}/"
    assert client.get(api).status_code == 404
    assert Cast.client(site.cleaner).get(api).status_code == 200
    secret = client.get("/account/apps/new/").context["secret"].replace(" ", "")
    client.post("/account/apps/new/", {"code": code_at(secret, time.time())})
    assert client.get(path).status_code == 200
    assert client.get(api).status_code == 200


def test_a_rule_holds_for_those_who_join_later_and_ends_when_waived(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        require_second_factor(
            compound=site.compound, role=Role.GUARD, grace_days=0, by=site.manager
        )
        late = add_member(
            compound=site.compound,
            user=User.objects.create_user("late", name="后来"),
            role=Role.GUARD,
            by=site.manager,
        )
        assert late.second_factor_from is not None
        moved = add_member(
            compound=site.compound, user=site.cleaner.user, role=Role.GUARD, by=site.manager
        )
        assert moved.second_factor_from is not None
        assert waive_second_factor(compound=site.compound, role=Role.GUARD, by=site.manager)
        assert not waive_second_factor(compound=site.compound, role=Role.GUARD, by=site.manager)
        assert not Member.objects.filter(role="guard", second_factor_from__isnull=False).exists()
        assert Entry.objects.filter(event="SecondFactorWaived").count() == 1


def test_asked_twice_there_is_one_rule_and_the_days_count_anew(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        for days in (0, 9):
            require_second_factor(
                compound=site.compound, role=Role.GUARD, grace_days=days, by=site.manager
            )
        assert SecondFactorRule.objects.count() == 1
        begins = Member.objects.get(pk=site.guard.pk).second_factor_from
        assert begins - timezone.now() > timedelta(days=8)


@pytest.mark.parametrize("days", [-1, 31])
def test_days_beyond_a_month_are_refused(cast: Cast, days: int) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        require_second_factor(
            compound=site.compound, role=Role.GUARD, grace_days=days, by=site.manager
        )


def test_the_settings_ask_and_waive(cast: Cast) -> None:
    site = cast.yujingwan
    client = Cast.client(site.manager)
    path = reverse("compounds:second-factor-rule", args=[site.slug, "captain"])
    client.post(path, {"grace_days": "5"})
    with site.open():
        assert SecondFactorRule.objects.get().grace_days == 5
    client.post(path, {"waive": "1"})
    client.post(reverse("compounds:second-factor-rule", args=[site.slug, "king"]), {})
    with site.open():
        assert not SecondFactorRule.objects.exists()
    assert Cast.client(site.guard).post(path, {}).status_code == 404


def test_a_manager_of_a_part_sets_no_rule(cast: Cast) -> None:
    scene = Scene(cast.yujingwan)
    manager = limited(scene.site, "manager", by_unit=False)
    with scene.site.open(), pytest.raises(Refused):
        require_second_factor(
            compound=scene.site.compound, role=Role.GUARD, grace_days=1, by=manager
        )


# A lost device


def test_a_manager_resets_a_lost_device_with_a_reason(cast: Cast) -> None:
    site, user = cast.yujingwan, cast.yujingwan.guard.user
    enrol(user)
    Passkey.objects.create(user=user, name="k", credential=b"1", public_key=b"2")
    make_recovery_codes(by=user)
    guard = Cast.client(site.guard)
    with site.open():
        with pytest.raises(Refused):
            reset_second_factor(member=site.guard, reason="  ", by=site.manager)
        assert (
            reset_second_factor(member=site.guard, reason="手机丢失，当面核对", by=site.manager)
            == 2
        )
        entry = Entry.objects.get(event="SignInReset")
        assert entry.data["reason"] == "手机丢失，当面核对"
        assert reset_second_factor(member=site.guard, reason="again", by=site.manager) == 0
    assert not RecoveryCode.objects.filter(user=user).exists()
    assert guard.get("/account/").status_code == 302
    client = Client()
    assert sign_in(client, user.username)["Location"] == "/"


def test_an_account_of_two_companies_is_not_a_managers_to_reset(cast: Cast) -> None:
    """Else a manager could weaken what opens another company's compounds."""
    site = cast.yujingwan
    with site.open():
        for action in (reset_second_factor, reset_password):
            with pytest.raises(Refused) as caught:
                action(member=site.reviewer, reason="lost", by=site.manager)
            assert caught.value.code == "not_ours"
            with pytest.raises(Refused):
                action(member=site.manager, reason="lost", by=site.manager)


def test_a_sister_compounds_manager_is_not_a_managers_to_reset(cast: Cast) -> None:
    """Of one company, and still: who runs one compound must not get into the next by a reset."""
    site, sister = cast.yujingwan, cast.xiaodongmen
    with sister.open():
        add_member(
            compound=sister.compound,
            user=site.guard.user,
            role=Role.MANAGER,
            by=sister.manager,
        )
    with site.open():
        with pytest.raises(Refused) as caught:
            reset_password(member=site.guard, reason="lost", by=site.manager)
        assert caught.value.code == "not_ours"
    with sister.open():
        add_member(
            compound=sister.compound, user=site.manager.user, role=Role.MANAGER, by=sister.manager
        )
    with site.open():
        assert reset_password(member=site.guard, reason="lost", by=site.manager)


def test_an_officer_is_not_a_managers_to_reset(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        officer = add_member(
            compound=site.compound,
            user=cast.xiaodongmen.manager.user,
            role=Role.GUARD,
            by=site.manager,
        )
        with pytest.raises(Refused):
            reset_password(member=officer, reason="x", by=site.manager)


def test_a_reset_password_is_shown_once_and_works(cast: Cast) -> None:
    site = cast.yujingwan
    path = reverse("compounds:member-reset", args=[site.slug, site.guard.pk])
    client = Cast.client(site.manager)
    assert client.post(path, {"what": "password", "reason": ""}).status_code == 422
    page = client.post(path, {"what": "password", "reason": "忘记，当面核对"}).context
    username, _slash, password = page["new_password"].partition(" / ")
    assert sign_in(Client(), username, PASSWORD).status_code == 422
    assert sign_in(Client(), username, password)["Location"] == "/"
    assert (
        password
        not in client.get(
            reverse("compounds:member", args=[site.slug, site.guard.pk])
        ).content.decode()
    )


def test_the_operator_resets_any_account(cast: Cast, capsys) -> None:
    user = cast.reviewer
    enrol(user)
    reviewer = Cast.client(user)
    call_command("reset_sign_in", "reviewer", "--password")
    username, _slash, password = capsys.readouterr().out.splitlines()[0].partition(" / ")
    assert not CodeApp.objects.filter(user=user).exists()
    assert reviewer.get("/account/").status_code == 302
    assert sign_in(Client(), username, password)["Location"] == "/"
    with pytest.raises(CommandError):
        call_command("reset_sign_in", "nobody-at-all")
