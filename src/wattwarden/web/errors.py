"""Pages for what went wrong: each says what happened and what to do."""

import json
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.web.jinja import say

_NOT_ALLOWED, _UNAVAILABLE = 405, 503
Answer = Callable[[HttpRequest], HttpResponse]


class MethodPages:
    """Gives "method not allowed", which Django answers with an empty page, a page that says what to do."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self._answer(request)
        if response.status_code != _NOT_ALLOWED or response.content:
            return response
        page = not_allowed(request)
        page["Allow"] = response.get("Allow", "")
        return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django's signature
    """400: the address or form cannot be understood."""
    hint = say(
        "请求的内容无法识别。请返回上一页，重新填写后再提交。",
        "The request cannot be understood. Go back, fill the form in anew and send it again.",
    )
    return _page(request, 400, say("请求无效", "Bad request"), hint)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django's signature
    """403: the account lacks the permission."""
    hint = say(
        "您的角色没有此项权限。需要时请联系系统管理员，说明要办理的业务。",
        "Your role lacks this permission. If you need it, ask the administrator and say what for.",
    )
    return _page(request, 403, say("没有权限", "Not permitted"), hint)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 Django's signature
    """403: the form carries no valid token, mostly because it stood open for too long."""
    hint = say(
        "页面停留时间过长，或登录状态已变化。请重新打开该页面再提交；已填写的内容没有保存。",
        "The page stood open for too long, or you signed in anew. Open it again and send it; nothing was saved.",
    )
    return _page(request, 403, say("页面已过期", "The page has expired"), hint)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django's signature
    """404: no such address, or nothing that this viewer may see."""
    hint = say(
        "该地址没有内容，或不在您的权限范围内。请检查地址，或用上方搜索框查找。",
        "There is nothing at this address, or nothing that you may see. Check it, or use the search box.",
    )
    return _page(request, 404, say("没有找到", "Not found"), hint)


def failed(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; nothing was half saved. 503 while the database does not answer."""
    # Django calls this while it handles the error.
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _no_database(request)
    hint = say(
        "系统出现故障，本次操作没有保存。请稍后重试；若反复出现，请把时间和地址告诉系统管理员。",
        "Something broke; nothing was saved. Try again later; if it goes on, tell the administrator time and address.",
    )
    return _page(request, 500, say("系统故障", "Something broke"), hint)


def _no_database(request: HttpRequest) -> HttpResponse:
    """503 by itself: every page of the console asks the database who is signed in."""
    zh = "数据库暂时无法连接，本次操作没有保存。请稍后重试；若持续出现，请联系系统管理员。"
    en = "The database does not answer; nothing was saved. Try again soon; if it goes on, tell the administrator."
    if request.path.startswith("/api/"):
        problem = {"subject": "database", "found": "no answer", "expected": "an answer", "action": en}
        told = {
            "type": "about:blank", "title": "Unavailable", "status": _UNAVAILABLE, "detail": en, "problems": [problem],
        }  # fmt: skip
        response = HttpResponse(json.dumps(told), content_type="application/problem+json")
    else:
        response = HttpResponse(f"<!doctype html><title>503</title><p>{zh}</p><p lang='en'>{en}</p>")
    response.status_code = _UNAVAILABLE
    response["Retry-After"] = "5"
    return response


def not_allowed(request: HttpRequest) -> HttpResponse:
    """405: the address does not take this kind of request."""
    hint = say(
        "该地址不接受这种访问方式。请从页面上的按钮操作。",
        "This address does not take such a request. Use the button on the page.",
    )
    return _page(request, _NOT_ALLOWED, say("操作方式不对", "Not this way"), hint)


def _page(request: HttpRequest, status: int, heading: str, hint: str) -> HttpResponse:
    return render(request, "problem.html", {"heading": heading, "hint": hint}, status=status)
