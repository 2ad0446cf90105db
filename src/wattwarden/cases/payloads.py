"""Messages as e-mail, signed webhook and robots of WeCom and DingTalk expect them; nothing is sent here.

Formats: WeCom group robot, message type markdown, at most 4,096 bytes; DingTalk custom robot, message type
markdown, signature HMAC-SHA256 over time stamp in milliseconds, line feed and secret.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from wattwarden.domain.labels import Label, Language

WECOM_BYTES = 4096
DINGTALK_BYTES = 20_000
WEBHOOK_TOLERANCE_SECONDS = 300
_CUT = "…"


@dataclass(frozen=True)
class Request:
    """What a channel posts: query parameters to add to the address, not yet quoted, headers and body."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)


def email(
    sender: str, receiver: str, title: Label, text: Label, key: str, language: Language
) -> EmailMessage:
    """A plain-text message; the key becomes its identity, so that a repeated sending is seen as the same."""
    message = EmailMessage()
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=receiver)
    message["Subject"] = title.text(language)
    message["Message-ID"] = f"<{key}@{sender.partition('@')[2]}>"
    message.set_content(text.text(language))
    return message


def webhook(payload: Mapping[str, object], key: str, secret: str, seconds: int) -> Request:
    """A signed JSON body.

    Args:
        payload: What to tell.
        key: Idempotency key; the receiver drops what it has seen.
        secret: Shared with the receiver.
        seconds: Time of sending, seconds since 1970.
    """
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True, default=_text).encode()
    return Request(
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key,
            "X-Wattwarden-Timestamp": str(seconds),
            "X-Wattwarden-Signature": f"sha256={_signature(body, secret, seconds)}",
        },
    )


def is_genuine(request: Request, secret: str, seconds: int) -> bool:
    """Whether a webhook was signed with the secret and not long ago; what a receiver checks."""
    stamp = request.headers.get("X-Wattwarden-Timestamp", "")
    if not stamp.isdecimal() or abs(seconds - int(stamp)) > WEBHOOK_TOLERANCE_SECONDS:
        return False
    given = request.headers.get("X-Wattwarden-Signature", "")
    return hmac.compare_digest(given, f"sha256={_signature(request.body, secret, int(stamp))}")


def wecom(title: Label, text: Label, language: Language) -> Request:
    """A message of the WeCom group robot, cut to what it takes."""
    content = _cut(f"**{title.text(language)}**\n{text.text(language)}", WECOM_BYTES)
    return _json({"msgtype": "markdown", "markdown": {"content": content}})


def dingtalk(
    title: Label, text: Label, language: Language, secret: str = "", milliseconds: int = 0
) -> Request:
    """A message of the DingTalk custom robot; with a secret, signed by two query parameters."""
    lines = "  \n".join(text.text(language).splitlines())
    content = _cut(f"#### {title.text(language)}\n{lines}", DINGTALK_BYTES)
    request = _json({"msgtype": "markdown", "markdown": {"title": title.text(language), "text": content}})
    if not secret:
        return request
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    sign = base64.b64encode(digest).decode()
    return Request(request.body, request.headers, {"timestamp": str(milliseconds), "sign": sign})


def _json(payload: Mapping[str, object]) -> Request:
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Request(body, {"Content-Type": "application/json; charset=utf-8"})


def _signature(body: bytes, secret: str, seconds: int) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def _cut(text: str, most: int) -> str:
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - len(_CUT.encode())].decode(errors="ignore") + _CUT


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
