"""The ways by which notices leave, from the environment, and one sending by each.

``WATTWARDEN_SMTP`` is ``smtp://user:password@host:port`` (``smtps://`` for TLS from the start,
``?starttls=1`` to change over); ``console:`` prints mails, as in a demonstration. ``WATTWARDEN_WEBHOOK``,
``WATTWARDEN_WECOM`` and ``WATTWARDEN_DINGTALK`` are addresses that get every notice of a role;
``WATTWARDEN_WEBHOOK_SECRET`` and ``WATTWARDEN_DINGTALK_SECRET`` sign them.
"""

import os
import smtplib
import ssl
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from wattwarden.cases import payloads
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.records.models import Delivery

SECONDS = 20
_MILLISECONDS = 1000
_OK = range(200, 300)
ROBOTS = ("webhook", "wecom", "dingtalk")
SENDER = "WATTWARDEN_MAIL_FROM"


@dataclass(frozen=True)
class UnsentError(Exception):
    """A sending that failed and may be tried again."""

    why: str


def robot_addresses() -> dict[str, str]:
    """Addresses of robots and webhooks by channel, as the environment gives them."""
    given = {channel: os.environ.get(f"WATTWARDEN_{channel.upper()}", "") for channel in ROBOTS}
    return {channel: address for channel, address in given.items() if address}


def has_mail() -> bool:
    """Whether mails can leave."""
    return bool(os.environ.get("WATTWARDEN_SMTP"))


def send(delivery: Delivery) -> None:
    """Send one delivery, with its key, so that the receiver may drop a repeat.

    Raises:
        UnsentError: it did not arrive, as far as can be told.
    """
    title = Label(zh=delivery.title_zh, en=delivery.title_en)
    text = Label(zh=delivery.text_zh, en=delivery.text_en)
    language: Language = "en" if delivery.language == "en" else "zh"
    if delivery.channel == "email":
        sender = os.environ.get(SENDER) or "wattwarden@localhost"
        _mail(payloads.email(sender, delivery.address, title, text, delivery.key, language))
    else:
        _post(delivery.address, _request(delivery, title, text, language), delivery.key)


def _request(delivery: Delivery, title: Label, text: Label, language: Language) -> payloads.Request:
    seconds = time.time()
    if delivery.channel == "wecom":
        return payloads.wecom(title, text, language)
    if delivery.channel == "dingtalk":
        secret = os.environ.get("WATTWARDEN_DINGTALK_SECRET", "")
        return payloads.dingtalk(title, text, language, secret, int(seconds * _MILLISECONDS))
    body = {"title": title.model_dump(), "text": text.model_dump(), "key": delivery.key}
    return payloads.webhook(body, delivery.key, os.environ.get("WATTWARDEN_WEBHOOK_SECRET", ""), int(seconds))


def _post(address: str, request: payloads.Request, key: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        raise fail("channel", found=parts.scheme or "no scheme", expected="http or https")
    # The builder quotes the signature already, so the parameters are not quoted again.
    query = "&".join(
        filter(None, (parts.query, *(f"{name}={value}" for name, value in request.query.items())))
    )
    target = parts._replace(query=query).geturl()
    headers = {"Idempotency-Key": key, **request.headers}
    asked = urllib.request.Request(target, data=request.body, headers=headers, method="POST")  # noqa: S310 the scheme was checked above
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 the scheme was checked above
            if answer.status not in _OK:
                raise UnsentError(f"status {answer.status}")
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise UnsentError(str(error)) from error


def _mail(message: EmailMessage) -> None:
    address = os.environ.get("WATTWARDEN_SMTP", "")
    parts = urlsplit(address)
    if parts.scheme == "console":
        sys.stdout.write(f"{message}\n")
        return
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise UnsentError("WATTWARDEN_SMTP is not set; expected smtp://host:port")
    try:
        with _connection(parts.scheme, parts.hostname, parts.port) as server:
            if parse_qs(parts.query).get("starttls") == ["1"]:
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise UnsentError(str(error)) from error


def _connection(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=SECONDS)
