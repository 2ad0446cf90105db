"""Whatever is done to a sealed log, the first record that is not as it was is named."""

import json
import re
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.domain.audit_chain import (
    NO_HASH,
    Chain,
    Verdict,
    body,
    clean,
    hash_of,
    line_of,
    plain,
    public_text,
    signed,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
THIEF = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
TRUSTED = (public_text(KEY.public_key()),)
RECORDS = 12
SEALED = (5, 9)


def log(key: Ed25519PrivateKey = KEY, changed: int = 0) -> list[bytes]:
    """Twelve records, seals after the fifth and ninth, and the closing seal."""
    lines, previous = [], NO_HASH
    for number in range(1, RECORDS + 1):
        new = plain({"n": number, "text": '户"号\n'} if number != changed else {"n": -1})
        said = body(number, previous, "2026-11-25T00:00:00.000000+00:00", {"actor": "甲"}, "null", new)
        previous = hash_of(said)
        lines.append(line_of(said, previous))
        if number in SEALED:
            lines.append(signed(key, "checkpoint", 1, (number, previous)).line)
    lines.append(signed(key, "end", 1, (RECORDS, previous)).line)
    return [line.encode() + b"\n" for line in lines]


def check(lines: list[bytes]) -> Verdict:
    return Chain(TRUSTED, is_whole=True).check(lines)


def named(verdict: Verdict) -> int:
    """The record that the verdict names."""
    found = re.match(r"record (\d+):", verdict.fault)
    assert found, verdict
    return int(found.group(1))


def places(lines: list[bytes]) -> list[int]:
    """Places of the records among the lines."""
    return [i for i, line in enumerate(lines) if line.startswith(b'{"sequence"')]


def test_a_sound_log_is_sound() -> None:
    assert check(log()) == Verdict(RECORDS, RECORDS, check(log()).last, "")


@given(st.integers(1, RECORDS), st.data())
def test_a_changed_byte_is_named(number: int, data: st.DataObject) -> None:
    lines = log()
    place = places(lines)[number - 1]
    line = bytearray(lines[place][:-1])
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= data.draw(st.integers(1, 255))
    lines[place] = bytes(line).replace(b"\n", b" ") + b"\n"
    assert named(check(lines)) == number


@given(st.integers(1, RECORDS))
def test_a_deleted_record_is_named(number: int) -> None:
    lines = log()
    del lines[places(lines)[number - 1]]
    assert named(check(lines)) == number


@given(st.integers(1, RECORDS), st.integers(1, RECORDS))
def test_swapped_records_are_named(one: int, other: int) -> None:
    lines = log()
    here, there = places(lines)[one - 1], places(lines)[other - 1]
    lines[here], lines[there] = lines[there], lines[here]
    if one != other:
        assert named(check(lines)) == min(one, other)


@given(st.integers(0, RECORDS + 2))
def test_a_log_cut_short_is_named(kept: int) -> None:
    lines = log()
    cut = lines[:kept]
    assert named(check(cut)) == len(places(cut)) + 1


@given(st.integers(1, RECORDS))
@settings(max_examples=RECORDS)
def test_a_record_doubled_is_named(number: int) -> None:
    lines = log()
    place = places(lines)[number - 1]
    lines.insert(place, lines[place])
    assert named(check(lines)) == number + 1


@pytest.mark.parametrize(("number", "first_unsealed"), [(1, 1), (5, 1), (6, 6), (9, 6), (10, 10), (12, 10)])
def test_a_history_written_anew_does_not_fit_its_seals(number: int, first_unsealed: int) -> None:
    # The forger computes every later hash anew, but cannot sign: the old seals stay.
    forged = log(changed=number)
    seals = [line for line in log() if line.startswith(b'{"seal"')]
    lines = [line if line.startswith(b'{"sequence"') else seals.pop(0) for line in forged]
    assert named(check(lines)) == first_unsealed


def test_a_forgers_own_key_is_not_trusted() -> None:
    assert "not signed by a key that is trusted" in check(log(THIEF)).fault
    assert not Chain(None, is_whole=True).check(log(THIEF)).fault


def test_nothing_follows_the_closing_seal() -> None:
    lines = log()
    assert named(check([*lines, lines[-2]])) == RECORDS + 1


def test_a_seal_for_a_part_does_not_close_the_whole() -> None:
    lines = log()
    end = signed(KEY, "end", 7, check(lines).last).line.encode()
    assert "from record 7" in check([*lines[:-1], end]).fault


@pytest.mark.parametrize(
    "line", [b"", b"{}", b'{"seal":1}', b'{"seal":{"kind":"end"},"signature":""}', b"\xff"]
)
def test_rubbish_in_the_place_of_a_record(line: bytes) -> None:
    assert named(check([line, *log()])) == 1


@settings(deadline=None)
@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_what_is_recorded_is_json_that_every_database_holds(value: object) -> None:
    text = plain(value)
    assert "\0" not in text
    assert plain(json.loads(text)) == text
    assert clean(text) == text


def test_a_seal_says_what_it_covers() -> None:
    seal = signed(KEY, "end", 1, (3, "h"))
    assert replace(seal, sequence=4).statement != seal.statement
