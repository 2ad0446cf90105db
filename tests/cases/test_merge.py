"""Findings and cases across scans."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.cases.practice import at, calendar
from wattwarden.cases.act import act
from wattwarden.cases.given import Actor, Given
from wattwarden.cases.history import Event, EventKind
from wattwarden.cases.load import processes
from wattwarden.cases.merge import KnownCase, Merged, ScannedFinding, merge, swallowed_by
from wattwarden.cases.situation import Situation
from wattwarden.cases.state import states
from wattwarden.cases.view import view
from wattwarden.domain.finding import LifeState

RISK = processes()["risk_case"]
START = at("11-23 09:00")
BOSS = Actor("boss", frozenset({"controller"}))


def finding(
    key: str, severity: str = "medium", life: str = "open", subject: str = "P1", **relations: str
) -> ScannedFinding:
    return ScannedFinding(key, subject, severity, LifeState(life), relations)


class Store:
    """A store in memory: what ``merge`` says is done."""

    def __init__(self) -> None:
        self.cases: dict[str, tuple[str, list[Event], dict[str, str]]] = {}
        self.now = START

    def known(self) -> list[KnownCase]:
        found = []
        for name, (subject, events, relations) in self.cases.items():
            history = states(RISK, events)
            found.append(KnownCase(name, subject, history[-1], swallowed_by(history, RISK), relations))
        return found

    def scan(self, *found: ScannedFinding) -> Merged:
        self.now += timedelta(days=1)
        merged = merge(found, self.known(), RISK, calendar(), self.now)
        for name, events in merged.appended.items():
            self.cases[name][1].extend(events)
        for new in merged.new:
            self.cases[f"C{len(self.cases) + 1}"] = (new.subject, list(new.events), dict(new.relations))
        return merged

    def does(self, name: str, action: str, **given: object) -> None:
        events = self.cases[name][1]
        case = view(RISK, events, calendar(), self.now)
        decision = act(case, action, BOSS, Given(case.state.version, **given), Situation(), calendar())  # type: ignore[arg-type]  # the fields vary
        assert decision.problems == ()
        events.extend(decision.events)

    def kinds(self, name: str) -> list[str]:
        return [str(event.kind) for event in self.cases[name][1]]

    def step(self, name: str) -> str:
        return states(RISK, self.cases[name][1])[-1].step

    def closes(self, name: str) -> None:
        self.does(name, "dismiss", note="vacant", reason="known_cause")


def test_one_case_per_premise_with_the_worst_severity() -> None:
    store = Store()
    store.scan(finding("a", "low"), finding("b", "high"), finding("c", subject="P2"))
    assert [subject for subject, _, _ in store.cases.values()] == ["P1", "P2"]
    state = store.known()[0].state
    assert (state.findings, state.facts["priority"]) == (("a", "b"), "high")


def test_the_same_scan_again_changes_nothing() -> None:
    store = Store()
    store.scan(finding("a"), finding("b"))
    assert store.scan(finding("a"), finding("b")) == Merged((), {}, {})


def test_a_later_finding_joins_and_a_worse_one_raises() -> None:
    store = Store()
    store.scan(finding("a", "low"))
    store.scan(finding("a", "low"), finding("b", "low"), finding("c", "critical"))
    assert store.kinds("C1")[2:] == ["finding_joined", "finding_joined", "facts_changed"]
    assert store.known()[0].state.facts["priority"] == "critical"


def test_a_gone_finding_is_noted_and_lowers_nothing() -> None:
    store = Store()
    store.scan(finding("a", "high"), finding("b"))
    store.scan(finding("a", "high", "gone"), finding("b"))
    state = store.known()[0].state
    assert (state.findings, state.gone, state.facts["priority"]) == (("b",), ("a",), "high")
    store.scan(finding("a", "high", "back"), finding("b"))
    assert store.known()[0].state.findings == ("b", "a")


def test_gone_findings_open_nothing() -> None:
    assert Store().scan(finding("a", life="gone")) == Merged((), {}, {})


def test_a_snooze_swallows_what_it_named_and_nothing_else() -> None:
    store = Store()
    store.scan(finding("a"), finding("b"))
    store.does("C1", "snooze", until=at("12-20 00:00").date(), note="heating", reason="season")
    assert store.scan(finding("a"), finding("b")).swallowed == {"a": "C1", "b": "C1"}
    assert store.step("C1") == "snoozed"
    store.scan(finding("a"), finding("b"), finding("c"))
    assert store.step("C1") == "found", "a finding that it did not name wakes it"


def test_a_snooze_wakes_when_it_gets_worse() -> None:
    store = Store()
    store.scan(finding("a", "low"))
    store.does("C1", "snooze", until=at("12-20 00:00").date(), note="heating", reason="season")
    store.scan(finding("a", "critical"))
    assert store.step("C1") == "found"
    assert store.known()[0].state.facts["priority"] == "critical"


def test_a_dismissed_finding_stays_dismissed_until_it_is_gone_and_back() -> None:
    store = Store()
    store.scan(finding("a"))
    store.closes("C1")
    assert store.scan(finding("a")).swallowed == {"a": "C1"}
    store.scan(finding("a", life="gone"))
    merged = store.scan(finding("a", life="back"))
    assert merged.new == ()
    assert store.step("C1") == "found"
    assert states(RISK, store.cases["C1"][1])[-1].round == 2


def test_long_after_the_closing_a_finding_makes_a_new_related_case() -> None:
    store = Store()
    store.scan(finding("a"))
    store.closes("C1")
    store.scan(finding("a", life="gone"))
    store.now += timedelta(days=366)
    merged = store.scan(finding("a", life="back"))
    assert len(merged.new) == 1
    related = [e for e in merged.new[0].events if e.kind is EventKind.RELATED]
    assert [(e.related_to, e.reason) for e in related] == [("C1", "subject")]


def test_another_finding_after_the_closing_makes_a_new_case() -> None:
    store = Store()
    store.scan(finding("a"))
    store.closes("C1")
    merged = store.scan(finding("a"), finding("z"))
    assert [event.finding_key for event in merged.new[0].events[1:2]] == ["z"]
    assert merged.swallowed == {"a": "C1"}


def test_relation_links_and_does_not_merge() -> None:
    store = Store()
    store.scan(finding("a", customer="K1", area="A1"))
    merged = store.scan(
        finding("a", customer="K1", area="A1"), finding("b", subject="P2", customer="K1", area="A1")
    )
    (new,) = merged.new
    assert new.subject == "P2"
    assert [(e.related_to, e.reason) for e in new.events if e.kind is EventKind.RELATED] == [
        ("C1", "area,customer")
    ]


def test_staff_whom_a_finding_concerns_are_barred_from_then_on() -> None:
    store = Store()
    store.scan(finding("a"))
    own = ScannedFinding("b", "P1", "low", LifeState.OPEN, subject_staff_ids=("boss",), author_ids=("w9",))
    store.scan(finding("a"), own)
    state = store.known()[0].state
    assert (state.subject_staff_ids, state.author_ids) == (frozenset({"boss"}), frozenset({"w9"}))


lives = st.sampled_from(["open", "gone", "back"])
scans = st.lists(
    st.lists(
        st.builds(finding, st.sampled_from("abcd"), st.sampled_from(["low", "medium", "high"]), lives,
                  st.sampled_from(["P1", "P2"])),
        max_size=6, unique_by=lambda f: (f.key, f.subject),
    ),
    max_size=6,
)  # fmt: skip


@given(scans, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_no_finding_is_lost(
    days: list[list[ScannedFinding]], rng: random.Random
) -> None:
    store = Store()
    for found in days:
        shuffled = rng.sample(found, len(found))
        later = store.now + timedelta(days=1)
        assert merge(shuffled, store.known(), RISK, calendar(), later) == merge(
            found, store.known(), RISK, calendar(), later
        )
        store.scan(*found)
        open_cases = [c for c in store.known() if RISK.steps[c.state.step].kind != "closed"]
        assert len({c.subject for c in open_cases}) == len(open_cases)
        held = {(c.subject, key) for c in open_cases for key in c.state.findings}
        assert {(f.subject, f.key) for f in found if f.life is not LifeState.GONE} <= held
        assert not {(f.subject, f.key) for f in found if f.life is LifeState.GONE} & held
