"""Which OpenID Connect provider the environment names."""

from collections.abc import Mapping
from urllib.parse import urlsplit

ISSUER = "WATTWARDEN_OIDC_ISSUER"
CLIENT = "WATTWARDEN_OIDC_CLIENT_ID"
SECRET = "WATTWARDEN_OIDC_CLIENT_SECRET"  # noqa: S105 the name of a variable, not its value
NAME = "WATTWARDEN_OIDC_NAME"
CLAIM = "WATTWARDEN_OIDC_CLAIM"
PROVIDER_ID = "sso"


def provider(environment: Mapping[str, str]) -> dict[str, object] | None:
    """The provider as allauth describes one; None where the environment names no issuer."""
    issuer = environment.get(ISSUER)
    if not issuer:
        return None
    return {
        "provider_id": PROVIDER_ID,
        "name": environment.get(NAME) or "SSO",
        "client_id": environment.get(CLIENT, ""),
        "secret": environment.get(SECRET, ""),
        "settings": {
            "server_url": issuer,
            "uid_field": "sub",
            "oauth_pkce_enabled": True,
        },
    }


def user_name_claim(environment: Mapping[str, str]) -> str:
    """The claim that holds the user name here, ``preferred_username`` by default."""
    return environment.get(CLAIM) or "preferred_username"


def origin_of(described: Mapping[str, object]) -> str:
    """Scheme and host of a provider, as a page's rules name it."""
    settings = described["settings"]
    server = str(settings["server_url"]) if isinstance(settings, dict) else ""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}"
