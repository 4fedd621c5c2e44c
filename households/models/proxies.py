"""A relative outside who acts for a household from his own phone, and the link that invites him."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from households.models.files import Access, Household, Relative
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.masking import mask_name
from lockdown.kernel.tenancy import TenantModel


class Relation(models.TextChoices):
    """What the proxy is to the people of the home."""

    SON = "son", _("son")
    DAUGHTER = "daughter", _("daughter")
    GRANDCHILD = "grandchild", _("grandchild")
    SIBLING = "sibling", _("brother or sister")
    RELATIVE = "relative", _("relative")
    FRIEND = "friend", _("friend")


class HomeOf(models.TextChoices):
    """Whose home it is to the proxy; his page speaks of it so."""

    MOTHER = "mother", _("my mother")
    FATHER = "father", _("my father")
    PARENTS = "parents", _("my parents")
    GRANDPARENTS = "grandparents", _("my grandparents")
    CHILD = "child", _("my child")
    RELATIVE = "relative", _("a relative")
    FRIEND = "friend", _("a friend")


class Invitation(TenantModel):
    """A link for one relative: opaque, kept as a digest, used once, good for three days."""

    household = TenantKey(Household, related_name="invitations")
    relative = TenantKey(Relative, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey(Member, null=True, blank=True, related_name="+")  # None: the household
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # a newer link took its place

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "digest"], name="one_invitation_digest"),
            # A new link ends the one before it, also when two people press at once.
            models.UniqueConstraint(
                fields=["compound", "household", "relative"],
                name="one_open_invitation",
                condition=Q(used_at=None, ended_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"invitation to {self.household_id}"


class Proxy(TenantModel):
    """Who acts: one person with one phone. `access` says whether he may, and until when."""

    access = TenantKey(Access, related_name="proxies")
    household = TenantKey(Household, related_name="proxies")
    invitation = TenantKey(Invitation, related_name="+")
    name = models.CharField(_("your name"), max_length=40)
    phone = models.CharField(_("your phone"), max_length=20)
    relation = models.CharField(_("what you are to them"), max_length=12, choices=Relation.choices)
    home_of = models.CharField(_("whose home this is"), max_length=14, choices=HomeOf.choices)

    class Meta:
        verbose_name_plural = "proxies"
        constraints = [
            models.UniqueConstraint(fields=["compound", "access"], name="one_proxy_an_access"),
            # Two phones open the same link at once: one of them asks, the other is refused.
            models.UniqueConstraint(
                fields=["compound", "invitation"], name="one_proxy_an_invitation"
            ),
        ]
        indexes = [models.Index(fields=["compound", "household"], name="proxy_by_household")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """儿子 李**: how lists and the journal name him."""
        return f"{self.get_relation_display()} {mask_name(self.name)}"
