"""Figures for Prometheus: requests, how long they took, and how much waits."""

import hmac
import os
import time
from collections.abc import Callable, Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from wattwarden.app.console.state import queue_sizes

Answer = Callable[[HttpRequest], HttpResponse]
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
TOKEN = "WATTWARDEN_METRICS_TOKEN"  # noqa: S105 the name of a variable, not its value
_LOOPBACK = ("127.0.0.1", "::1")
_NOT_FOUND = 404

_REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "wattwarden_requests_total", "Requests answered", ("page", "method", "status"), registry=_REGISTRY
)
SECONDS = Histogram(
    "wattwarden_request_seconds", "Time to answer", ("page",), registry=_REGISTRY,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)  # fmt: skip


class MetricsMiddleware:
    """Counts and times every request by the name of its page."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note how long it took."""
        start = time.perf_counter()
        response = self._answer(request)
        match = request.resolver_match
        # An address that is no page must not become a label: anybody could fill the memory with them.
        page = (match.view_name if match else None) or "none"
        method = request.method if request.method in ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE") else "other"
        REQUESTS.labels(page, method, response.status_code).inc()
        SECONDS.labels(page).observe(time.perf_counter() - start)
        return response


class _Waiting(Collector):
    """What waits in the store, asked when it is scraped."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge a figure."""
        for name, (text, value) in queue_sizes().items():
            yield GaugeMetricFamily(f"wattwarden_{name}", text, value=value)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; for this machine, or for who has the token. Others find nothing here."""
    if not _may_scrape(request):
        return HttpResponse(status=_NOT_FOUND)
    registry = CollectorRegistry()
    if os.environ.get(MULTIPROCESS):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        counted = generate_latest(registry)
    else:
        counted = generate_latest(_REGISTRY)
    waiting = CollectorRegistry()
    waiting.register(_Waiting())
    return HttpResponse(counted + generate_latest(waiting), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    token = os.environ.get(TOKEN)
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    # A proxy on this machine also comes from the loopback, in the name of anybody.
    is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not token and request.META.get("REMOTE_ADDR") in _LOOPBACK and not is_passed_on
