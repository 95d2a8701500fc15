"""One HTTP exchange with a Label Studio server, and what each way of failing means.

Plain httpx instead of the official SDK: the SDK sends a lost request again by itself, which doubles
tasks, takes three seconds to import, and its errors do not tell a wrong address from a wrong key.
Nothing here is ever sent twice.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from communique.errors import CommuniqueError
from communique.rounds.secret import Secret, Unseen

if TYPE_CHECKING:
    import httpx

_AGAIN = "then run the same command again: what arrived is not sent twice"
_ACCESS_SECONDS = 240  # Label Studio's access tokens live 300 s


class LabelStudioError(CommuniqueError):
    """An exchange with a Label Studio server failed."""


class WrongKey(LabelStudioError):
    """The server does not accept the API key (401)."""


class NoServer(LabelStudioError):
    """Nothing answers at the address; nothing was done."""


class WrongAddress(LabelStudioError):
    """Something answers at the address, but not Label Studio's API."""


class OldServer(LabelStudioError):
    """The server is older than what this package works with."""


class OutcomeUnknown(LabelStudioError):
    """No answer came; the server may or may not have done, or still be doing, what was asked."""


class ConnectionLost(OutcomeUnknown):
    """The connection ended in the middle, as when the server is killed."""


class ServerFault(LabelStudioError):
    """The server answered with an error of its own (5xx)."""


class ServerDiskFull(ServerFault):
    """The server has no room left."""


class Refused(LabelStudioError):
    """The server understood and refused (4xx); `status` is the HTTP status."""

    def __init__(self, message: str, *, status: int, **parts: Any) -> None:
        self.status = status
        super().__init__(message, **parts)


class Transport:
    """A connection to `url` with one key. `request` raises only LabelStudioError, never with the key in it.

    key: a legacy token or a personal access token; the latter is exchanged for short-lived ones as needed.
    timeout: seconds to wait for an answer unless a call says otherwise.
    """

    def __init__(self, url: str, key: str | Secret, *, timeout: float = 120.0) -> None:
        try:
            import httpx
        except ModuleNotFoundError:
            raise LabelStudioError(
                "talking to Label Studio needs httpx", mend='pip install "communique[label-studio]"'
            ) from None
        self._key = key = Secret(key)
        self.url = _checked_address(url)
        if not key or not all("!" <= letter <= "~" for letter in key.reveal()):
            raise WrongKey(
                "the API key is empty or has characters that no key has",
                mend="copy it again from Account & Settings in Label Studio",
            )
        self._timeout = timeout
        self._access: tuple[Secret, float] | None = None
        loopback = httpx.URL(self.url).host in ("127.0.0.1", "localhost", "::1")
        # A proxy set for the outside must not get what goes to this machine.
        self._http = httpx.Client(base_url=self.url, follow_redirects=False, trust_env=not loopback)

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def close(self) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        timeout: float | None = None,
        known: bool = True,
    ) -> httpx.Response:
        """Send once. `known=False` asks without the key."""
        headers = {"Content-Type": "application/json"} if content is not None else {}
        kwargs: dict[str, Any] = {"params": params, "json": json, "content": content, "headers": headers}
        answer = self._send(method, path, kwargs, timeout, self._authorization() if known else None)
        if answer.status_code == 401 and known and self._access:
            self._access = None  # refused before anything was done, so asking again is safe
            answer = self._send(method, path, kwargs, timeout, self._authorization())
        return self._judge(method, path, answer)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON answer to a GET."""
        return self.request("GET", path, params=params).json()

    def _authorization(self) -> Secret:
        if self._key.reveal().count(".") != 2:
            return Secret(f"Token {self._key.reveal()}")
        if self._access is None or time.monotonic() - self._access[1] > _ACCESS_SECONDS:
            body = {"json": Unseen(refresh=self._key.reveal())}
            answer = self._judge("POST", "/api/token/refresh", self._send("POST", "/api/token/refresh", body))
            self._access = (Secret(f"Bearer {answer.json()['access']}"), time.monotonic())
        return self._access[0]

    def _send(
        self,
        method: str,
        path: str,
        kwargs: dict[str, Any],
        timeout: float | None = None,
        authorization: Secret | None = None,
    ) -> httpx.Response:
        import httpx

        def sign(request: httpx.Request) -> httpx.Request:
            if authorization is not None:
                request.headers["Authorization"] = authorization.reveal()
            return request

        limit = httpx.Timeout(timeout or self._timeout, connect=10.0)
        failed: LabelStudioError
        try:
            return self._http.request(method, path, timeout=limit, auth=sign, **kwargs)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            failed = NoServer(
                f"no server answers at {self.url}",
                found=self._key.hide(str(error)) or type(error).__name__,
                mend="start it (communique round serve) or correct the address",
            )
        except httpx.TimeoutException:
            failed = OutcomeUnknown(
                f"no answer to {method} {path} within {timeout or self._timeout:g} s",
                found="the server may still be working on it",
                mend=f"wait until it is less busy, {_AGAIN}",
            )
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            failed = _no_address(self.url)
        except httpx.TransportError as error:
            failed = ConnectionLost(
                f"the connection broke off during {method} {path}",
                found=self._key.hide(str(error)) or type(error).__name__,
                mend=f"see that the server runs, {_AGAIN}",
            )
        # Outside the handler: a chained httpx exception would hold the request and its headers.
        raise failed

    def _judge(self, method: str, path: str, answer: httpx.Response) -> httpx.Response:
        status, asked = answer.status_code, f"{method} {path}"
        is_json = "json" in answer.headers.get("content-type", "")
        if 200 <= status < 300:
            if status == 204 or is_json:
                return answer
            raise self._not_label_studio(
                f"{asked} is answered with {answer.headers.get('content-type', 'no type')}"
            )
        if 300 <= status < 400:
            raise self._not_label_studio(f"it sends on to {answer.headers.get('location', 'nowhere')}")
        detail = self._key.hide(_detail(answer)) if is_json else ""
        if status == 401:
            mend = "take the key from Account & Settings of the same server; set LABEL_STUDIO_API_KEY to it"
            if "legacy token" in detail:
                mend = (
                    "allow legacy tokens in the organisation's API settings, or use a personal access token"
                )
            raise WrongKey(
                f"the server at {self.url} does not accept the API key", found=detail or None, mend=mend
            )
        if status == 404 and not is_json:
            raise self._not_label_studio(f"there is no {path} (404)")
        if status >= 500:
            if "disk is full" in detail or "No space left" in detail or status == 507:
                raise ServerDiskFull(
                    f"the disk of the server at {self.url} is full",
                    found=detail,
                    mend="free some room there, then run the same command again",
                )
            if status in (502, 503, 504):
                raise OutcomeUnknown(
                    f"a proxy before {self.url} got no answer to {asked} ({status})",
                    mend=f"wait, {_AGAIN}",
                )
            raise ServerFault(
                f"the server failed on {asked} ({status})", found=detail or "an error page without reason"
            )
        raise Refused(f"the server refused {asked} ({status})", status=status, found=detail or None)

    def _not_label_studio(self, found: str) -> WrongAddress:
        return WrongAddress(
            f"what answers at {self.url} is not Label Studio's API",
            found=found,
            expected="the address that Label Studio has in the browser, without /projects or /user",
            mend="correct the address",
        )


def _checked_address(url: str) -> str:
    import httpx

    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise _no_address(url) from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise _no_address(url)
    if parsed.userinfo:
        raise WrongAddress(
            "the address holds a user name or password", mend="leave it out and give the API key"
        )
    if parsed.host.endswith(".localhost"):
        # Browsers resolve these names, which `round serve` prints, by themselves; C libraries do not all.
        parsed = parsed.copy_with(host="127.0.0.1")
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.path.rstrip('/')}"


def _no_address(url: str) -> WrongAddress:
    return WrongAddress("this is no web address", found=url[:200], expected="such as http://127.0.0.1:8090")


def _detail(answer: httpx.Response) -> str:
    """What the server says is wrong, on one line and short."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if isinstance(body, dict):
        body = body.get("validation_errors") or body.get("detail") or body
    text = " ".join(str(body).split())
    return text if len(text) <= 500 else f"{text[:500]}…"
