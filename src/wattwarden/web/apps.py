"""The browser side as a Django application, so that signs of people signing in are heard."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages; models are in ``wattwarden.records``."""

    name = "wattwarden.web"
    label = "web"

    def ready(self) -> None:
        """Listen to sign-ins once the models are there."""
        import_module("wattwarden.web.sign_in_log")
