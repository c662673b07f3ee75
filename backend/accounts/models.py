"""People, their sign-ins, their addresses, and the tokens that reach them by mail."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from backend.core.models import Row


class UserManager(BaseUserManager["User"]):
    """What Django's createsuperuser needs; the shop itself registers people by actions."""

    def create_superuser(self, email: str, password: str) -> "User":
        user = self.model(email=email.lower(), is_staff=True, is_superuser=True, is_verified=True)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A customer or a member of staff, known by e-mail (stored lower-case)."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    phone_number = models.CharField(max_length=20, blank=True)
    is_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    wants_stock_mail = models.BooleanField(default=True, help_text="Staff only: mail about low stock")

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.email


class Session(Row):
    """One sign-in: a refresh token and the access tokens made from it. Ended, they are all dead."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="session_that_ended"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"


class MailToken(Row):
    """A secret sent by mail, kept as a digest, of use once."""

    class Purpose(models.TextChoices):
        VERIFY = "verify"
        RESET = "reset"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mail_tokens")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class Address(Row):
    """Where goods or bills go."""

    class Type(models.TextChoices):
        SHIPPING = "shipping"
        BILLING = "billing"
        OTHER = "other"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    address_type = models.CharField(max_length=10, choices=Type.choices)
    full_name = models.CharField(max_length=200)
    phone_number = models.CharField(max_length=20, blank=True)
    street_address = models.CharField(max_length=255)
    apartment = models.CharField(max_length=100, null=True, blank=True)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100)
    zip_code = models.CharField(max_length=20)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "address_type"],
                condition=models.Q(is_default=True),
                name="address_one_default_per_type",
            )
        ]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.street_address}, {self.city}"
