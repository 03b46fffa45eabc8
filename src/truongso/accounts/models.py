"""People who sign in, what they are where, and the one-time links by which they set their own password."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.constraints import one_of
from truongso.kernel.fields import PublicIdField


class UserManager(BaseUserManager["User"]):
    """Users start without any usable password; they set one through an activation link (letter LC-3.3)."""

    def create_user(self, username: str, full_name: str, **extra: Any) -> User:
        user = self.model(username=username.strip().lower(), full_name=full_name.strip(), **extra)
        user.set_unusable_password()
        user.save(force_insert=True)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One identity per person; rights come from memberships."""

    public_id = PublicIdField(unique=True)
    username = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    password_changed_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True, editable=False)
    # Its owner looked at an old password, which stands in no list of leaked ones, and keeps it.
    password_kept_at = models.DateTimeField(null=True, editable=False)
    # Why nothing goes before the password is changed: "" or a code such as leaked.
    change_required = models.CharField(max_length=40, blank=True, default="", editable=False)
    # Since when there is a second factor; follows from the factors (selfcheck), read on every request.
    second_factor_since = models.DateTimeField(null=True, editable=False)
    # When it was last let in again: a long unused account is not suspended anew for the time before.
    resumed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="accounts_user_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def was_begun(self) -> bool:
        """Whether the account ever came into its owner's hands, by a password or a key: it stays one in use when the
        key is lost."""
        return any((self.activated_at, self.password_changed_at, self.second_factor_since))

    def set_password(self, raw_password: str | None) -> None:
        """As typed, composed: the same letters from another keyboard are the same password (NFC)."""
        super().set_password(raw_password and unicodedata.normalize("NFC", raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Compare what was typed, composed."""
        return super().check_password(raw_password and unicodedata.normalize("NFC", raw_password))


class Membership(models.Model):
    """A role at a school or at a unit, from–to."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24)
    school = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            one_of("role", Role, name="accounts_membership_role"),
            models.CheckConstraint(
                condition=Q(school__isnull=False, unit__isnull=True)
                | Q(school__isnull=True, unit__isnull=False)
                | Q(school__isnull=True, unit__isnull=True, role=Role.OPERATOR.value),
                name="accounts_membership_place",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="accounts_membership_dates",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "school", "unit", "valid_from"], name="accounts_membership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} – {self.place}"

    @property
    def place(self) -> str:
        """Name of the school or unit; "" for operators."""
        if self.school is not None:
            return self.school.name
        return self.unit.name if self.unit is not None else ""


class ActivationLink(models.Model):
    """A one-time link, valid 72 hours, kept only as a hash. Opening it lets the owner set a password."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="activation_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.expires_at:%d/%m/%Y %H:%M}"


# The tables of the room's parts.
from truongso.accounts.factors import models as _factor_models  # noqa: E402, F401
from truongso.accounts.hygiene import models as _hygiene_models  # noqa: E402, F401
from truongso.accounts.policy import models as _policy_models  # noqa: E402, F401
from truongso.accounts.signin import models as _signin_models  # noqa: E402, F401
from truongso.accounts.staffing import models as _staffing_models  # noqa: E402, F401
from truongso.accounts.support import models as _support_models  # noqa: E402, F401
