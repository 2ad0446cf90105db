"""The reference of the interface as a page of our own: no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattwarden.domain.labels import Label
from wattwarden.web.api.application import api

_BETWEEN = " · "
_TAGS = {
    "me": Label(zh="账号", en="Account"), "findings": Label(zh="疑点", en="Findings"),
    "cases": Label(zh="工单", en="Cases"), "claims": Label(zh="退补与赔偿", en="Claims"), "work": Label(zh="队列与现场", en="Queue and field work"),
    "customers": Label(zh="客户与搜索", en="Customers and search"), "rules": Label(zh="规则", en="Rules"),
    "overview": Label(zh="总览", en="Overview"), "audit": Label(zh="审计", en="Audit"),
    "exports": Label(zh="导出", en="Exports"), "drafts": Label(zh="规则草稿", en="Rule drafts"),
    "data": Label(zh="导入与数据质量", en="Import and data quality"), "people": Label(zh="账号与角色", en="People and roles"),
}  # fmt: skip


@dataclass(frozen=True)
class Property:
    """A parameter, or a property of a shape."""

    name: str
    kind: str
    needed: bool
    says: str = ""
    place: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation; ``takes`` and ``gives`` name shapes."""

    method: str
    address: str
    title: Label
    says: str
    parameters: list[Property]
    takes: str
    gives: str


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every operation and every shape, from the schema itself."""
    schema = api.get_openapi_schema()
    groups: dict[str, list[Operation]] = {}
    for address, methods in schema["paths"].items():
        for method, told in methods.items():
            groups.setdefault(told["tags"][0], []).append(_operation(address, method, told))
    shown = {
        "groups": [(_TAGS[tag], operations) for tag, operations in groups.items()],
        "shapes": {name: list(_properties(shape)) for name, shape in schema["components"]["schemas"].items()},
        "says": {
            name: shape.get("description", "") for name, shape in schema["components"]["schemas"].items()
        },
    }
    return render(request, "api.html", shown)


def _operation(address: str, method: str, told: Mapping[str, Any]) -> Operation:
    zh, _, en = told["summary"].partition(_BETWEEN)
    parameters = [
        Property(p["name"], _kind(p["schema"]), p.get("required", False), p.get("description", ""), p["in"])
        for p in told.get("parameters", ())
    ]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    content: Mapping[str, Any] = next(iter(told["responses"].get(200, {}).get("content", {}).values()), {})
    return Operation(
        method.upper(), address, Label(zh=zh, en=en or zh), told.get("description", ""), parameters,
        _kind(body) if body else "", _kind(content.get("schema", {})),
    )  # fmt: skip


def _properties(shape: Mapping[str, Any]) -> Iterator[Property]:
    needed = shape.get("required", ())
    for name, told in shape.get("properties", {}).items():
        yield Property(name, _kind(told), name in needed, told.get("description", ""))


def _kind(told: Mapping[str, Any]) -> str:
    """What a value is, in a few words."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    if several := told.get("anyOf") or told.get("allOf"):
        return " | ".join(_kind(one) for one in several)
    if "enum" in told:
        return " | ".join(f"“{value}”" for value in told["enum"])
    if told.get("type") == "array":
        return f"{_kind(told.get('items', {}))}[]"
    return " ".join(str(told[name]) for name in ("type", "format") if name in told) or "any"
