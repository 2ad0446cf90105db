"""Who is told when, once; and in which form."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.practice import at, calendar
from tests.cases.test_act import BOSS, WORKER, Story
from wattwarden.cases.notice_content import notice_rules
from wattwarden.cases.notices import Notice, due_notices, escalation_events
from wattwarden.cases.payloads import DINGTALK_BYTES, WECOM_BYTES, dingtalk, email, is_genuine, webhook, wecom
from wattwarden.cases.sending import digests, next_try, send_at
from wattwarden.domain.labels import Label

RULES = notice_rules()
TEXT = Label(zh="您好，\n一项超时", en="Hello,\none is overrun")
TITLE = Label(zh="已超时", en="Overrun")


def taken() -> Story:
    """Visit limit 20 working days from 24 November: due on 22 December at half past five."""
    return Story().does("triage", BOSS, "11-23 10:00").does("take", WORKER, "11-24 09:00")


def due(story: Story, when: str, sent: tuple[str, ...] = ()) -> list[Notice]:
    found = due_notices("R-1", story.case(at(when)), calendar(), RULES, sent)
    return [n for n in found if n.clock == "visit"]


def test_a_warning_comes_at_its_share_and_once() -> None:
    story = taken()
    assert due(story, "12-08 17:29") == []
    (half,) = due(story, "12-08 17:30")
    assert (half.kind, half.to, half.since) == ("warning", "w1", at("12-08 17:30"))
    assert half.text.zh == "R-1 风险线索处置“现场核查”已用50%，截止2026-12-22 17:30"
    assert due(story, "12-09 09:00", (half.key,)) == []
    (most,) = due(story, "12-17 09:00", (half.key,))
    assert "80 % used" in most.text.en


def test_a_breach_is_told_to_the_owner_and_level_by_level() -> None:
    story = taken()
    told = due(story, "12-22 17:31")
    assert {(n.kind, n.to) for n in told} == {("escalation", "role:leader"), ("breach", "w1")}
    assert [n.is_urgent for n in told if n.kind == "breach"] == [True]
    later = due(story, "12-24 17:30", tuple(n.key for n in told))
    assert [(n.kind, n.to) for n in later] == [("escalation", "role:controller")]
    before = story.case()
    story.events += escalation_events(before, [*told, *later])
    assert [(e.clock, e.reason) for e in story.events[-2:]] == [
        ("visit", "role:leader"),
        ("visit", "role:controller"),
    ]
    assert story.case().clocks == before.clocks


def test_nothing_is_told_of_a_clock_that_stands_or_has_ended() -> None:
    paused = taken().does("pause", WORKER, "12-09 09:00", reason="waiting_customer", note="door shut")
    assert due(paused, "12-20 09:00") == []
    ended = taken().does("arrive", WORKER, "12-01 09:00")
    ended.does("not_done", WORKER, outcome="not_done", note="nobody in").does(
        "give_back", WORKER, note="again later"
    )
    assert [n for n in due(ended, "12-31 09:00") if n.clock == "visit"] == []


def test_a_limit_that_moved_is_told_again() -> None:
    story = taken()
    (first,) = due(story, "12-08 17:30")
    story.does("pause", WORKER, "12-09 09:00", reason="waiting_customer", note="door shut")
    story.does("resume", WORKER, "12-11 09:00")
    (again,) = due(story, "12-14 09:00", (first.key,))
    assert again.key != first.key


def test_quiet_hours_and_digests() -> None:
    (calm,) = due(taken(), "12-08 17:30")
    assert send_at(calm, at("12-08 17:30"), RULES) == at("12-09 08:30")
    assert send_at(calm, at("12-09 02:00"), RULES) == at("12-09 08:30")
    assert send_at(calm, at("12-09 08:30"), RULES) == at("12-09 08:30")
    assert send_at(calm, at("12-09 08:31"), RULES) == at("12-09 14:30")
    urgent = replace(calm, is_urgent=True)
    assert send_at(urgent, at("12-09 02:00"), RULES) == at("12-09 02:00")


@given(st.integers(0, 60 * 24 * 14))
def test_a_calm_notice_never_leaves_in_quiet_hours_nor_late(minute: int) -> None:
    now = at("12-07 00:00") + timedelta(minutes=minute)
    calm = Notice("k", "R-1", "warning", "visit", "w1", now, TEXT, is_urgent=False)
    leaves = send_at(calm, now, RULES)
    assert not RULES.quiet.holds(leaves)
    assert now <= leaves <= now + timedelta(days=1)


def test_one_message_per_receiver() -> None:
    one = Notice(
        "k1", "R-1", "breach", "visit", "w1", at("12-08 09:00"), Label(zh="甲", en="a"), is_urgent=True
    )
    two = replace(one, key="k2", text=Label(zh="乙", en="b"))
    other = replace(one, key="k3", to="w2")
    found = digests([two, other, one], RULES)
    assert found["w1"] == (
        Label(zh="风险管控：2项待处理", en="Risk control: 2 to deal with"),
        Label(zh="甲\n乙", en="a\nb"),
    )
    assert found["w2"] == (Label(zh="已超时", en="Overrun"), Label(zh="甲", en="a"))


def test_a_failure_is_tried_again_ever_later_and_then_given_up() -> None:
    now = at("12-08 09:00")
    tries = [next_try(n, now, "key", RULES) for n in range(1, 7)]
    waits = [t - now for t in tries if t]
    assert len(waits) == 6
    assert waits == sorted(waits)
    assert timedelta(minutes=1) <= waits[0] <= timedelta(minutes=1.1)
    assert next_try(7, now, "key", RULES) is None
    assert (
        next_try(2, now, "key", RULES) == next_try(2, now, "key", RULES) != next_try(2, now, "other", RULES)
    )
    with pytest.raises(ValueError, match="failure"):
        next_try(0, now, "key", RULES)


def test_a_webhook_is_signed_and_a_changed_or_old_one_is_refused() -> None:
    request = webhook({"case": "R-1", "at": at("12-08 09:00"), "title": "已超时"}, "key", "secret", 1_000)
    assert json.loads(request.body)["title"] == "已超时"
    assert request.headers["Idempotency-Key"] == "key"
    assert is_genuine(request, "secret", 1_200)
    assert not is_genuine(request, "secret", 1_301)
    assert not is_genuine(request, "other", 1_000)
    assert not is_genuine(replace(request, body=request.body + b" "), "secret", 1_000)
    forged = {**request.headers, "X-Wattwarden-Timestamp": "1100"}
    assert not is_genuine(replace(request, headers=forged), "secret", 1_100)


def test_a_wecom_message_is_cut_between_characters() -> None:
    long = Label(zh="超时" * 3000, en="x")
    content = json.loads(wecom(TITLE, long, "zh").body)["markdown"]["content"]
    assert content.startswith("**已超时**\n超时")
    assert content.endswith("…")
    assert WECOM_BYTES - 3 < len(content.encode()) <= WECOM_BYTES


def test_a_dingtalk_message_carries_its_signature() -> None:
    plain = dingtalk(TITLE, TEXT, "en")
    assert json.loads(plain.body) == {
        "msgtype": "markdown", "markdown": {"title": "Overrun", "text": "#### Overrun\nHello,  \none is overrun"},
    }  # fmt: skip
    assert plain.query == {}
    signed = dingtalk(TITLE, TEXT, "en", "SEC1", 1_600_000_000_000)
    wanted = hmac.new(b"SEC1", b"1600000000000\nSEC1", hashlib.sha256).digest()
    assert base64.b64decode(signed.query["sign"]) == wanted
    long = Label(zh="超" * 9000, en="x")
    assert len(json.loads(dingtalk(TITLE, long, "zh").body)["markdown"]["text"].encode()) <= DINGTALK_BYTES


def test_an_e_mail_in_chinese_survives_its_way() -> None:
    message = email("risk@example.com", "w1@example.com", TITLE, TEXT, "key", "zh")
    assert message["Message-ID"] == "<key@example.com>"
    assert message.get_content().strip() == "您好，\n一项超时"
    assert b"w1@example.com" in message.as_bytes()
