"""Encrypted columns: keys from the environment, key changes, and a start that refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from households.identities import keep_identity
from households.medical import keep_medicine
from households.models import Identity, IdentityKind, Medicine
from lockdown.kernel import crypto
from lockdown.services.state import State
from tests.cast import Cast
from tests.households.people import card, person

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def start(**given: str) -> subprocess.CompletedProcess[str]:
    """Read the settings as a fresh process does, without DEBUG."""
    env = {key: value for key, value in os.environ.items() if key not in {"DEBUG", *given}}
    env |= {"DEBUG": "0"} | given
    code = "from django.conf import settings; print(list(settings.FIELD_KEYS))"
    env["DJANGO_SETTINGS_MODULE"] = "lockdown.settings"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"FIELD_KEYS": ""}, "Set FIELD_KEYS"),
        ({"FIELD_KEYS": "a:short"}, "The key 'a' of FIELD_KEYS"),
        ({"FIELD_KEYS": OLD}, "id:key pairs"),
        ({"FIELD_KEYS": f"a:{OLD}", "BLIND_INDEX_KEY": "short"}, "Set BLIND_INDEX_KEY"),
    ],
)
def test_the_process_refuses_to_start_with_a_sentence(given: dict[str, str], said: str) -> None:
    done = start(**given)
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]


def test_the_newest_key_stands_first() -> None:
    done = start(FIELD_KEYS=f"new:{NEW},old:{OLD}", BLIND_INDEX_KEY="x" * 32)
    assert done.stdout.strip() == "['new', 'old']", done.stderr


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured):
        crypto.read_keys([f"a:{OLD}", f"a:{NEW}"])


def test_a_checkout_keeps_its_own_keys(tmp_path: Path) -> None:
    state = State(tmp_path)
    again = State(tmp_path, secret_key=state.secret_key)
    assert (state.field_keys, state.blind_index_key) == (again.field_keys, again.blind_index_key)
    assert State(tmp_path).field_keys != state.field_keys
    assert list(crypto.read_keys([state.field_keys])) == ["own"]


def test_a_value_opens_under_its_key_and_no_other(settings) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    kept = crypto.encrypt("胰岛素")
    assert kept.startswith("old:") and "胰岛素" not in kept
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    assert crypto.decrypt(kept) == "胰岛素"
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(crypto.Unreadable, match="old"):
        crypto.decrypt(kept)
    settings.FIELD_KEYS = {"old": NEW}
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(kept)


def test_the_same_text_is_never_kept_the_same() -> None:
    assert crypto.encrypt("x") != crypto.encrypt("x")


def test_a_new_key_takes_over_every_value_and_twice_is_once(cast: Cast, settings, capsys) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            who = person(site, "101", "张小明")
            keep_identity(resident=who, kind=IdentityKind.ID_CARD, number=card(), by=site.manager)
            keep_medicine(
                resident=who, name="胰岛素", dose="", days_left=3, prescribed_at="", by=site.manager
            )
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    call_command("reencrypt")
    call_command("reencrypt")
    said = capsys.readouterr().out.splitlines()
    assert said[:4] == [
        "households.RosterImport: 0 rows",
        "households.Identity: 2 rows",
        "households.Medicine: 2 rows",
        "4 rows renewed. No value needs another key than 'new'.",
    ]
    assert said[7].startswith("0 rows renewed")
    settings.FIELD_KEYS = {"new": NEW}
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            assert crypto.decrypt(Identity.objects.get().number) == card()
            assert Medicine.objects.get().plain_name == "胰岛素"
            assert Medicine.objects.get().dose == ""


def test_a_lost_key_is_named(cast: Cast, settings) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    with cast.yujingwan.open():
        who = person(cast.yujingwan, "101", "张小明")
        keep_identity(
            resident=who,
            kind=IdentityKind.ID_CARD,
            number=card(),
            by=cast.yujingwan.manager,
        )
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(CommandError, match="'old'"):
        call_command("reencrypt")
