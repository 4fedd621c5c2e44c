"""`manage.py reset_sign_in NAME`: for accounts that no manager may reset."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from compounds.models import CodeApp, Passkey, RecoveryCode, User
from compounds.signin.sittings import end_everywhere


class Command(BaseCommand):
    help = "Forget somebody's passkeys, apps and recovery codes, and end their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--password", action="store_true", help="also make a new password")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.select_for_update().filter(username=options["username"]).first()
        if user is None:
            raise CommandError("There is nobody with this sign-in name.")
        for model in (Passkey, CodeApp, RecoveryCode):
            model.objects.filter(user=user).delete()
        if options["password"]:
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            user.save(update_fields=["password"])
            self.stdout.write(f"{user.username} / {password}")
        ended = end_everywhere(user)
        self.stdout.write(f"Second factors forgotten, {ended} sessions ended.")
