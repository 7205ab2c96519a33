"""Signing in at an identity provider in a real browser, from another site and back, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.http.oidc_door import BACK
from api.main import machine_clock
from api.oidc.provider import Provider
from api.oidc.settings import OidcSettings
from tests.api.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.browser.conftest import NARROW, MakeReader, Reader, Site


@pytest.fixture
def theirs(site: Site) -> Iterator[IdentityProvider]:
    """A provider under another name of this machine, which is another site to a browser."""
    with identity_provider(site.url + BACK) as made:
        made.issuer = made.issuer.replace("127.0.0.1", "localhost")
        made.user = "subject-heng"
        settings = OidcSettings(made.issuer, CLIENT, SECRET)
        site.app.state.provider = Provider(settings, lambda: int(machine_clock().timestamp()))
        site.sessions.set_subject("heng-there", "officer-heng", made.user)
        yield made
        site.app.state.provider = None


def _faults(reader: Reader, theirs: IdentityProvider) -> list[str]:
    """What must not have happened; going to the provider had to."""
    return [fault for fault in reader.faults if not fault.startswith(f"asked {theirs.issuer}")]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_officer_comes_back_from_another_site_signed_in(
    readers: MakeReader, theirs: IdentityProvider, scripts: bool
) -> None:
    reader = readers(NARROW, scripts=scripts)
    reader.open("/sign-in?next=/lists&lang=en")
    if scripts:
        reader.check("sign-in-oidc")
    reader.page.get_by_role("link", name="Sign in with single sign-on").click()
    reader.page.wait_for_url("**/lists?lang=en")
    assert "heng-there" in reader.page.inner_text(".who")
    reader.page.locator(".leave button").click()
    reader.page.wait_for_url("**/sign-in?left=1**")
    assert reader.page.locator(f"a[href='{theirs.issuer}/leave']").count() == 1
    assert _faults(reader, theirs) == []
    reader.faults.clear()


def test_an_officer_whom_nobody_mapped_is_told_so(readers: MakeReader, theirs: IdentityProvider) -> None:
    theirs.user = "subject-unknown"
    reader = readers(NARROW)
    reader.open("/sign-in?lang=en")
    reader.page.get_by_role("link", name="Sign in with single sign-on").click()
    reader.page.wait_for_selector("[role=alert]")
    assert "no account here was given to you" in reader.page.inner_text("[role=alert]")
    reader.check("sign-in-unmapped")
    assert _faults(reader, theirs) == []
    reader.faults.clear()
