"""Open, feed and reopen cases from the newest full scan; doing it again changes nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from wattwarden.app.casework.act_on_case import append
from wattwarden.app.casework.candidates import candidates_of
from wattwarden.app.casework.draw_visits import draw_visits
from wattwarden.app.casework.known_cases import describe_joined, joined_and_gone, known_cases, unchanged
from wattwarden.app.casework.new_cases import Places, open_new
from wattwarden.app.casework.settings import RISK_CASE, known_processes, office
from wattwarden.app.casework.times import now
from wattwarden.app.open_scan import chosen_scan, scan_number, scanned_lake
from wattwarden.app.own_changes import published_authors
from wattwarden.app.publish_scan import org_units
from wattwarden.app.scan_files import ScanFiles
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.ledger import ledger
from wattwarden.cases.merge import ScannedFinding, merge
from wattwarden.domain.errors import fail
from wattwarden.domain.finding import LifeState
from wattwarden.lake.locks import exclusive
from wattwarden.records.case_store import locked_by_system
from wattwarden.records.connect import connect
from wattwarden.records.models import Case

Row = Mapping[str, object]
Progress = Callable[[int, int], None]
CHUNK = 500
_WAIT_SECONDS = 60
_AREAS = "SELECT premise_id, area_id FROM premise WHERE area_id IS NOT NULL"


@dataclass
class Opened:
    """What a run did: cases opened, cases with new events, events added to them, visits drawn."""

    scan: int
    opened: int = 0
    changed: int = 0
    events: int = 0
    drawn: int = 0


def open_cases(
    home: Path, progress: Progress = lambda *_: None, only: Collection[str] | None = None
) -> Opened:
    """Merge the newest full scan into the cases of the store.

    Args:
        home: The data folder; its scan was published to the store before.
        progress: Called with subjects looked at so far, and all.
        only: Keys of the cases to open; all when None, and then visits are drawn at random too.

    Raises:
        WattwardenError: there is no full scan, or another run is at it.
    """
    connect(home)
    scan = chosen_scan(home)
    if scan.facts["kind"] != "full":
        raise fail("cases open", found=f"a {scan.facts['kind']} scan", expected="a full one",
                   action="Run 'wattwarden scan' without --as-of, --rules or --org.")  # fmt: skip
    with exclusive(home / "cases.lock", _WAIT_SECONDS, "opening of cases"):
        return _run(home, scan, progress, only)


def _run(home: Path, scan: ScanFiles, progress: Progress, only: Collection[str] | None) -> Opened:
    done, at = Opened(scan_number(scan)), now()
    with scanned_lake(home, scan) as engine:
        paths = {str(unit["org_id"]): str(unit["path"]) for unit in org_units(engine)}
        areas = dict(
            zip(*(engine.query(_AREAS)[n].to_pylist() for n in ("premise_id", "area_id")), strict=True)
        )
    places = Places(paths, areas)
    offered = candidates_of(scan, published_authors())
    groups = offered.groups
    for key, gone in _gone(scan).items():
        groups.setdefault(key, []).extend(gone)
    if only is not None:
        groups = {key: groups[key] for key in groups.keys() & set(only)}
    looked = 0
    for keys in _chunks(sorted(groups)):
        with transaction.atomic():
            _merge_chunk({k: groups[k] for k in keys}, offered.cases, places, at, done)
            describe_joined(keys, offered.rows)
        looked += len(keys)
        progress(looked, len(groups))
    if only is None:
        done.drawn = draw_visits(at, places)
    return done


def _merge_chunk(
    groups: Mapping[str, Sequence[ScannedFinding]],
    candidates: Mapping[str, Row],
    places: Places,
    at: datetime,
    done: Opened,
) -> None:
    process = known_processes()[RISK_CASE]
    left = unchanged(groups, candidates)
    if not left:
        return
    known, rows, histories = known_cases(left, candidates)
    found = [finding for key in left for finding in groups[key]]
    merged = merge(found, known, process, office(), at)
    new = [(case, candidates[case.subject]) for case in merged.new]
    done.opened += open_new(new, places, at)
    for case in locked_by_system([rows[key].pk for key in sorted(rows)]):
        events = histories[case.pk]
        added = list(merged.appended.get(str(case.pk), ()))
        added += _sized(case, [*events, *added], candidates.get(case.case_key), at)
        if added:
            append(case, events, added)
            done.changed += 1
            done.events += len(added)
        _ranked(case, candidates.get(case.case_key))


def _sized(case: Case, events: Sequence[Event], candidate: Row | None, at: datetime) -> Iterator[Event]:
    """The latest sizing of what was found, booked when it differs from the one before."""
    if candidate is None or not case.is_open:
        return
    likely = int(str(candidate["money_likely_fen"]))
    if likely and likely != ledger(events).found:
        yield Event(seq=events[-1].seq + 1, at=max(at, events[-1].at), kind=EventKind.BOOKED, actor_id=SYSTEM,
                    book="found", amount_fen=likely)  # fmt: skip


def _ranked(case: Case, candidate: Row | None) -> None:
    """The worth of an open case follows the newest scan."""
    if candidate is None or not case.is_open:
        return
    names = ("probability", "money_low_fen", "money_likely_fen", "money_high_fen", "net_value_fen")
    values = {name: candidate[name] for name in names}
    if any(getattr(case, name) != value for name, value in values.items()):
        Case.objects.filter(pk=case.pk).update(**values)


def _gone(scan: ScanFiles) -> dict[str, list[ScannedFinding]]:
    """Findings that are gone and that some case still counts as there, by the key of that case."""
    life = scan.life
    gone: pa.Table = life.filter(pc.equal(life["state"], LifeState.GONE.value))
    groups: dict[str, list[ScannedFinding]] = {}
    for key, finding in joined_and_gone(gone["finding_key"].to_pylist()):
        groups.setdefault(key, []).append(ScannedFinding(finding, key, "low", LifeState.GONE))
    return groups


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(keys)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
