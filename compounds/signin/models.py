"""What a person signs in with, and where they are signed in.

Keys and sessions belong to a person, who may work in several compounds; they carry no compound.
Links and rules are made by a compound and are its rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.roles import Role
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class How(models.TextChoices):
    """How a session began."""

    PASSWORD = "password", _("password")
    CODE = "code", _("password and code")
    RECOVERY = "recovery", _("password and recovery code")
    PASSKEY = "passkey", _("passkey")
    LINK = "link", _("one-time link")


class Passkey(models.Model):
    """A WebAuthn credential; only its public half is here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(pgettext_lazy("place", "name"), max_length=40)
    credential = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class CodeApp(models.Model):
    """An authenticator app. `secret` is sealed; `last_step` is the newest code that was used."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="code_apps")
    name = models.CharField(pgettext_lazy("place", "name"), max_length=40)
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One of a set that is shown once; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%F}"


class Sitting(models.Model):
    """A browser in which a person is signed in. Ended, its row and its session are gone.

    `digest` finds the row of a session; `sealed_key` is the session's key, so that it can be ended.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sittings")
    digest = models.CharField(max_length=64, unique=True)
    sealed_key = models.TextField()
    device = models.CharField(max_length=60, blank=True)
    how = models.CharField(max_length=10, choices=How.choices, default=How.PASSWORD)
    link_id = models.BigIntegerField(null=True, blank=True)  # of a SignInLink
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-seen_at", "-id"]

    def __str__(self) -> str:
        return self.device


class SecondFactorRule(TenantModel):
    """A role of this compound that must sign in with a second factor from a day on."""

    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    grace_days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey("compounds.Member", related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["compound", "role"], name="one_rule_a_role")]

    def __str__(self) -> str:
        return self.role

    @property
    def begins_at(self) -> datetime:
        """For those who were here when the rule was made."""
        return self.made_at + timedelta(days=self.grace_days)


class SignInLink(TenantModel):
    """A link that lets one person in once, without a password. Only its digest is kept."""

    member = TenantKey("compounds.Member", related_name="sign_in_links")
    digest = models.CharField(max_length=64)
    session_hours = models.PositiveSmallIntegerField()  # how long the phone stays signed in
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey("compounds.Member", related_name="+")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_device = models.CharField(max_length=60, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = TenantKey("compounds.Member", null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "digest"], name="one_link_digest"),
            # Two managers making a link for one person at once: the second one's is the link.
            models.UniqueConstraint(
                fields=["compound", "member"],
                name="one_waiting_link",
                condition=Q(opened_at=None, revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.made_at:%F %T}"

    def state(self, now: datetime) -> str:
        """waiting, opened, revoked or expired."""
        if self.revoked_at:
            return "revoked"
        if self.opened_at:
            return "opened"
        return "expired" if self.expires_at <= now else "waiting"
