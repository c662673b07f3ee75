"""The admin's own doors: signing in counts as a try like any other, and a new password ends every session."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from api import attempts, throttles
from backend.accounts import actions as accounts


class SignInForm(AdminAuthenticationForm):
    """E-mail and password, with the limits of the API's login."""

    def clean_username(self) -> str:
        email: str = self.cleaned_data["username"]
        return email.lower()

    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # LoginView always gives it
        email = self.cleaned_data.get("username", "")
        try:
            attempts.count(request=self.request, scope="login", what="login", email=email)
        except throttles.Throttled as refusal:
            raise ValidationError(str(refusal)) from refusal
        return super().clean()


class PasswordForm(AdminPasswordChangeForm):
    """The new password is set by the action that the API uses."""

    def save(self, commit: bool = True) -> Any:
        accounts.change_password(
            user_id=self.user.pk,
            old_password=self.cleaned_data["old_password"],
            new_password=self.cleaned_data["new_password1"],
            now=timezone.now(),
        )
        self.user.refresh_from_db()
        return self.user


def furnish(site: AdminSite) -> AdminSite:
    """The admin site with these doors, our name, and the live page where Django links the site."""
    site.login_form = SignInForm
    site.password_change_form = PasswordForm
    site.site_header = site.site_title = "Shopwire"
    site.index_title = "Shop"
    site.site_url = "/dashboard/"
    return site
