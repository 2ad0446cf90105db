"""What a visit needs on a phone, and taking in what the phone noted, once, whatever the connection did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from wattwarden.app.casework.act_on_case import act_on_case
from wattwarden.app.casework.histories import actor_of, history_of, view_of
from wattwarden.app.casework.lists import ListedCase, listed
from wattwarden.app.casework.record_act import record_of_case
from wattwarden.app.casework.settings import known_processes, known_rules
from wattwarden.cases.given import Given
from wattwarden.cases.history import SYSTEM
from wattwarden.cases.process import Action, Process
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.labels import Label
from wattwarden.records.guard import load, not_found, visible
from wattwarden.records.models import Case, CaseFinding, Customer, Photo, VisitEntry

NOTES = ("check", "measurement", "position", "note")
"""Kinds of entries that are only kept; ``arrive`` and ``outcome`` are carried into the case as actions."""
ACTING = ("arrive", "outcome")
_STEPS = ("assigned", "visiting")
_VISITING = "visiting"
_LONGEST = 2000


@dataclass(frozen=True)
class VisitSheet:
    """The page of a visit.

    Attributes:
        steps: Checklist of the process: index and text; all of them are needed for an outcome.
        checks: What the rules of the findings ask to look at.
        outcomes, causes, materials: Choices of the outcome.
        entries: What was sent before.
    """

    listed: ListedCase
    version: int
    address: str
    steps: Sequence[tuple[str, Label]]
    checks: Sequence[Label]
    outcomes: Sequence[tuple[str, Label]]
    causes: Sequence[tuple[str, Label]]
    materials: Sequence[tuple[str, Label]]
    entries: Sequence[VisitEntry]


def my_visits(viewer: Viewer) -> list[ListedCase]:
    """Cases that the viewer owns and would visit."""
    rows = visible(Case, viewer, "see_cases").filter(owner=viewer.user_id, step__in=_STEPS, is_open=True)
    return listed(viewer, rows.select_related("owner").order_by("due_at", "pk")[:50])


def visit_sheet(viewer: Viewer, case_id: int) -> VisitSheet:
    """Everything that the phone keeps for a visit without connection.

    Raises:
        WattwardenError: the case does not exist for this viewer.
    """
    case = load(Case, case_id, viewer, "see_cases")
    process = known_processes()[case.process]
    step = process.steps.get(_VISITING, process.steps[case.step])
    rules = known_rules()
    ids = CaseFinding.objects.filter(case=case, is_gone=False).values_list("rule_id", flat=True)
    checks = [check for rule_id in sorted(set(ids)) if rule_id in rules for check in rules[rule_id].checks]
    concluding = _concluding(process)
    codes = concluding[1].outcomes if concluding else ()
    return VisitSheet(
        listed(viewer, [case])[0],
        case.version,
        _address(viewer, case),
        [(str(n), label) for n, label in enumerate(step.checklist)],
        checks,
        [(code, process.outcomes[code].title) for code in codes],
        list(process.causes.items()),
        list(step.materials.items()),
        list(VisitEntry.objects.filter(case=case).select_related("photo").order_by("noted_at")),
    )


@dataclass(frozen=True)
class Taken:
    """What became of an entry: ``stored`` now or ``known`` before, and why it could not be carried on."""

    entry_id: str
    state: str
    conflict: str
    version: int


def take_entry(viewer: Viewer, case_id: int, sent: Mapping[str, object]) -> Taken:
    """Take one entry from a phone; the same number again changes nothing.

    Raises:
        WattwardenError: the case does not exist for this viewer, or the entry makes no sense.
    """
    case = load(Case, case_id, viewer, "see_cases")
    kind = str(sent.get("kind"))
    if kind not in (*NOTES, *ACTING):
        raise fail("entry", found=kind, expected=f"one of {', '.join((*NOTES, *ACTING))}")
    entry_id, noted_at, version = (
        number_of(sent.get("id")),
        _instant(sent.get("noted_at")),
        sent.get("version"),
    )
    data = sent.get("data")
    if not isinstance(data, dict) or not isinstance(version, int) or len(str(data)) > _LONGEST:
        raise fail("entry", found="another shape", expected="id, kind, noted_at, version and data")
    known = _known(viewer, case, entry_id)
    if known is not None:
        return Taken(str(entry_id), "known", known.conflict, _version(case))
    try:
        with transaction.atomic():
            entry = VisitEntry.objects.create(
                entry_id=entry_id, case=case, user_id=viewer.user_id or 0, kind=kind, noted_at=noted_at, version=version,
                data=data,
            )  # fmt: skip
            conflict = _carry(viewer, case, entry) if kind in ACTING else ""
            if conflict:
                VisitEntry.objects.filter(pk=entry_id).update(conflict=conflict)
            record_of_case(viewer, case, f"visit.{kind}", {"entry": str(entry_id), "conflict": conflict})
    except IntegrityError:
        # The same entry came by two connections at once; the other one won.
        return Taken(str(entry_id), "known", "", _version(case))
    return Taken(str(entry_id), "stored", conflict, _version(case))


def keep_photo_entry(
    viewer: Viewer, case_id: int, entry_id: UUID, sent: Mapping[str, object], stored: tuple[str, str, int]
) -> Taken:
    """Note a photo whose file is in the store.

    Args:
        viewer: Who took it.
        case_id: Number of the case.
        entry_id: Number that the phone gave.
        sent: ``noted_at``, ``version``, ``data`` with the position where there is one.
        stored: Digest, kind and size of the file.
    """
    case = load(Case, case_id, viewer, "see_cases")
    if _known(viewer, case, entry_id) is not None:
        return Taken(str(entry_id), "known", "", _version(case))
    version, data = sent.get("version"), sent.get("data")
    place = data if isinstance(data, dict) else {}
    digest, media_type, size = stored
    with transaction.atomic():
        entry = VisitEntry.objects.create(
            entry_id=entry_id, case=case, user_id=viewer.user_id or 0, kind="photo", noted_at=_instant(sent.get("noted_at")),
            version=version if isinstance(version, int) else case.version, data={"note": str(place.get("note", ""))[:_LONGEST]},
        )  # fmt: skip
        Photo.objects.create(
            entry=entry, sha256=digest, media_type=media_type, size_bytes=size, latitude_deg=_degrees(place.get("latitude"), 90),
            longitude_deg=_degrees(place.get("longitude"), 180), accuracy_m=_metres(place.get("accuracy")),
        )  # fmt: skip
        record_of_case(viewer, case, "visit.photo", {"entry": str(entry_id), "sha256": digest})
    return Taken(str(entry_id), "stored", "", _version(case))


def number_of(value: object) -> UUID:
    """The number that a phone gave an entry.

    Raises:
        WattwardenError: it is no UUID.
    """
    try:
        return UUID(str(value))
    except ValueError as error:
        raise fail("entry", found=str(value)[:40], expected="a UUID") from error


def _carry(viewer: Viewer, case: Case, entry: VisitEntry) -> str:
    """Do in the case what was done on site; why that was not possible, empty when it was."""
    try:
        with transaction.atomic():
            events = history_of(case)
            seen = view_of(case, events)
            process, me = seen.process, actor_of(viewer, case.org_path).id
            # What he did himself, and what the program noted, does not surprise him.
            others = [e for e in events if e.seq > entry.version and e.actor_id not in (me, SYSTEM)]
            version = entry.version if others else seen.state.version
            if entry.kind == "arrive":
                name = _arriving(process)
                if name and seen.state.step not in process.actions[name].origin and not others:
                    return ""
                act_on_case(viewer, case.pk, name, Given(version=version))
            else:
                name, _ = _concluding(process) or ("", None)
                photos = Photo.objects.filter(entry__case=case).values_list("sha256", flat=True)
                act_on_case(viewer, case.pk, name, _outcome(entry, version, tuple(sorted(set(photos)))))
    except WattwardenError as error:
        return "; ".join(map(str, error.problems))
    return ""


def _outcome(entry: VisitEntry, version: int, photos: tuple[str, ...]) -> Given:
    data = entry.data
    return Given(
        version=version,
        outcome=str(data.get("outcome", "")),
        cause=str(data.get("cause", "")),
        note=str(data.get("note", "")),
        checked=tuple(map(str, data.get("checked", ()))),
        materials=tuple(map(str, data.get("materials", ()))),
        evidence=photos,
    )


def _arriving(process: Process) -> str:
    return next((name for name, action in process.actions.items() if action.to == _VISITING), "")


def _concluding(process: Process) -> tuple[str, Action] | None:
    """The action that ends a visit with an outcome and a checklist."""
    fitting = ((n, a) for n, a in process.actions.items() if {"outcome", "checklist"} <= set(a.requires))
    return next(fitting, None)


def _known(viewer: Viewer, case: Case, entry_id: UUID) -> VisitEntry | None:
    entry = VisitEntry.objects.filter(pk=entry_id).first()
    if entry is not None and (entry.case_id != case.pk or entry.user_id != viewer.user_id):
        raise not_found(VisitEntry, entry_id)
    return entry


def _version(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def _address(viewer: Viewer, case: Case) -> str:
    if case.customer_id is None or "address" not in viewer.sees(case.org_path):
        return ""
    found = visible(Customer, viewer, "see_customers").filter(pk=case.customer_id).first()
    return found.address if found else ""


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise fail("entry", found=str(value)[:40], expected="a time, as 2026-11-25T08:00:00+08:00") from error
    return instant if instant.tzinfo else timezone.make_aware(instant)


def _degrees(value: object, most: int) -> str | None:
    if not isinstance(value, int | float) or not -most <= value <= most:
        return None
    return f"{value:.6f}"


def _metres(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) and 0 <= value < 10**7 else None
