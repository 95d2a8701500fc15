"""Annotators' accounts on a running server, made over HTTP.

The API's own way of making users ignores the password, so an account is made as a person would: by the
organisation's invitation link and the sign-up form. The link is renewed afterwards, so that the one that
the server has written into its log is good for nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from communique.rounds.client import LabelStudio
from communique.rounds.secret import Secret, Unseen
from communique.rounds.serverfolder import new_password
from communique.rounds.transport import LabelStudioError, NoServer, OutcomeUnknown

if TYPE_CHECKING:
    import httpx


class AccountRefused(LabelStudioError):
    """The server's sign-up or log-in form did not accept what was filled in."""


@dataclass(frozen=True)
class Account:
    """An account on the server.

    password: only if this call made the account or was given the password; it is kept nowhere.
    token: the account's API token, under the same condition.
    """

    email: str
    user_id: int
    created: bool
    password: Secret | None = None
    token: Secret | None = None


def address(annotator: str) -> str:
    """The e-mail address that stands for an annotator id, since Label Studio knows people by address."""
    return annotator.lower() if "@" in annotator else f"{annotator.lower()}@localhost"


def ensure_accounts(
    client: LabelStudio,
    annotators: Sequence[str],
    *,
    passwords: Mapping[str, str | Secret] | None = None,
) -> list[Account]:
    """An account for each annotator, in the same order; those there already are left as they are.

    annotators: ids or e-mail addresses. passwords: by annotator as given; random ones otherwise.
    Raises AccountRefused, or what the client raises.
    """
    given = {address(name): Secret(value) for name, value in (passwords or {}).items()}
    wanted = list(dict.fromkeys(address(name) for name in annotators))
    known = {user.email.lower(): user.id for user in client.users()}
    created = {email: given.get(email) or new_password() for email in wanted if email not in known}
    if created:
        invitation = Secret(client.transport.get("/api/invite")["token"])
        try:
            for email, password in created.items():
                _sign_up(client.url, invitation, email, password)
        finally:
            client.transport.request("POST", "/api/invite/reset-token")
        known = {user.email.lower(): user.id for user in client.users()}
    accounts = []
    for email in wanted:
        secret = created.get(email) or given.get(email)
        token = user_token(client.url, email, secret) if secret else None
        accounts.append(Account(email, known[email], email in created, secret, token))
    return accounts


def user_token(url: str, email: str, password: str | Secret) -> Secret:
    """An account's legacy API token, by logging in. Raises AccountRefused for a wrong password."""
    password = Secret(password)
    with _browser(url) as browser:
        _fill(browser, "/user/login/", email, password)
        answer = _exchange(browser, "GET", "/api/current-user/token")
        if answer.status_code != 200:
            raise AccountRefused("the server gives no API token for the account", record=email)
        return Secret(str(answer.json()["token"]))


def enable_legacy_tokens(client: LabelStudio) -> bool:
    """Allow legacy API tokens in the organisation; whether that was a change. Needs an administrator."""
    settings = client.transport.get("/api/jwt/settings")
    if settings.get("legacy_api_tokens_enabled"):
        return False
    body = {**settings, "legacy_api_tokens_enabled": True}
    client.transport.request("POST", "/api/jwt/settings", json=body)
    return True


def _sign_up(url: str, invitation: Secret, email: str, password: Secret) -> None:
    with _browser(url) as browser:
        _fill(browser, f"/user/signup/?token={invitation.reveal()}", email, password)


def _browser(url: str) -> httpx.Client:
    import httpx

    loopback = httpx.URL(url).host in ("127.0.0.1", "localhost", "::1")
    return httpx.Client(base_url=url, timeout=60.0, trust_env=not loopback)


def _exchange(
    browser: httpx.Client, method: str, path: str, form: dict[str, str] | None = None
) -> httpx.Response:
    import httpx

    headers = {"Referer": str(browser.base_url)}
    failed: LabelStudioError
    try:
        return browser.request(method, path, data=form, headers=headers)
    except httpx.ConnectError:
        failed = NoServer(f"no server answers at {browser.base_url}")
    except httpx.HTTPError as error:
        failed = OutcomeUnknown(
            f"no answer from {browser.base_url} ({type(error).__name__})", mend="run the same command again"
        )
    raise failed


def _fill(browser: httpx.Client, path: str, email: str, password: Secret) -> None:
    """Fill in a form as a browser does; both forms answer a success by sending on."""
    page = _exchange(browser, "GET", path)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    token = browser.cookies.get("csrftoken") or (found.group(1) if found else None)
    if token is None:
        raise AccountRefused(
            "the server shows no such form", found=f"status {page.status_code}", record=email
        )
    form = Unseen(email=email, password=password.reveal(), csrfmiddlewaretoken=token)
    answer = _exchange(browser, "POST", path, form)
    if answer.status_code == 302:
        return
    reasons = re.findall(r'<(?:li|p)[^>]*class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', answer.text)
    reasons += re.findall(r"<li>\s*([^<]{3,200}?)\s*</li>", answer.text)
    raise AccountRefused(
        "the server does not accept this address and password",
        record=email,
        found="; ".join(
            dict.fromkeys(password.hide(html.unescape(" ".join(one.split()))) for one in reasons[:3])
        )
        or f"status {answer.status_code}",
    )
