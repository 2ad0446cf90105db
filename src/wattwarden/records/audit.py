"""Append to the audit log, and read it back as the lines of a chain."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from wattwarden.domain import audit_chain
from wattwarden.domain.audit_chain import AuditEvent, Chain, Seal, Verdict
from wattwarden.records.models.audit import AuditHead, AuditRecord
from wattwarden.records.seals import is_seal_due, keep_seal, kept_seals, seal_now, trusted_keys

_HEAD = 1
_WORDS = ("actor_id", "actor", "action", "subject_kind", "subject_id", "org_path", "staff_side", "reason")
_COLUMNS = ("sequence", "previous", "at", *_WORDS, "old", "new", "hash")
_READ_AT_ONCE = 5000


def append(*events: AuditEvent) -> int:
    """Record events, in the transaction of what they are about; the number of the last record.

    Everyone who appends waits for the one before: on PostgreSQL for the locked head row, on SQLite for the
    writer's lock, which a transaction takes at its start.
    """
    with transaction.atomic():
        head = _locked_head()
        records = [_following(head, event) for event in events]
        AuditRecord.objects.bulk_create(records)
        head.save(update_fields=["sequence", "hash"])
        if is_seal_due(head):
            # Only what is committed may be signed: a seal over a record that is rolled back proves a theft
            # that never was.
            transaction.on_commit(seal)
    return head.sequence


def seal() -> Seal | None:
    """Sign the end of the log; None where there is nothing new to sign or no key to sign with."""
    with transaction.atomic():
        head = _locked_head()
        made = seal_now("checkpoint", (head.sequence, head.hash)) if head.sequence > head.sealed else None
        if made is None:
            return None
        # The file first: a seal without its mark is harmless, a mark without its seal looks like a theft.
        keep_seal(made)
        head.sealed, head.sealed_at = head.sequence, timezone.now()
        head.save(update_fields=["sealed", "sealed_at"])
    return made


def verify_store(keys: Iterable[str] | None = None) -> Verdict:
    """Check the whole log of this store against its hashes and its seals.

    Args:
        keys: Public keys to trust; those of this installation where None.
    """
    head = AuditHead.objects.filter(pk=_HEAD).first()
    seals = kept_seals()
    verdict = Chain(trusted_keys() if keys is None else keys, is_whole=False).check(
        line.encode() for line in stored_lines(seals)
    )
    if verdict.fault or head is None:
        return verdict
    fault = ""
    if head.sequence > verdict.last[0] or verdict.sealed < head.sealed:
        missing = verdict.last[0] + 1 if head.sequence > verdict.last[0] else head.sealed
        what = "missing" if head.sequence > verdict.last[0] else "its seal is missing"
        fault = f"record {missing}: {what}, the log once reached record {max(head.sequence, head.sealed)}"
    elif (head.sequence, head.hash) != verdict.last:
        fault = f"record {head.sequence + 1}: was not appended by this program, the log ends before it"
    return Verdict(verdict.records, verdict.sealed, verdict.last, fault)


def stored_lines(seals: Sequence[Seal], first: int = 1, last: int | None = None) -> Iterator[str]:
    """Records from number ``first`` as the lines of a chain, each followed by the seals over it."""
    by_place = {n: [*found] for n, found in groupby(sorted(seals, key=_place), key=_place)}
    rows = AuditRecord.objects.filter(sequence__gte=first).order_by("sequence")
    if last is not None:
        rows = rows.filter(sequence__lte=last)
    for row in rows.values_list(*_COLUMNS).iterator(chunk_size=_READ_AT_ONCE):
        sequence, previous, at, *words, old, new, own_hash = row
        said = audit_chain.body(
            sequence, previous, _instant(at), dict(zip(_WORDS, words, strict=True)), old, new
        )
        yield audit_chain.line_of(said, own_hash)
        for found in by_place.pop(sequence, ()):
            yield found.line
    # What was signed and is not there any more shows as a seal over a record that is missing.
    yield from (found.line for group in by_place.values() for found in group if found.sequence >= first)


def end_of_log() -> tuple[int, str]:
    """Number and hash of the last record."""
    head = AuditHead.objects.filter(pk=_HEAD).first()
    return (head.sequence, head.hash) if head else (0, audit_chain.NO_HASH)


def unsealed() -> int:
    """How many records stand after the last seal."""
    head = AuditHead.objects.filter(pk=_HEAD).first()
    return head.sequence - head.sealed if head else 0


def hash_before(sequence: int) -> str:
    """The hash that record ``sequence`` follows."""
    found = AuditRecord.objects.filter(sequence=sequence - 1).values_list("hash", flat=True).first()
    return found or audit_chain.NO_HASH


def _locked_head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=_HEAD).first()
    if head is None:
        AuditHead.objects.get_or_create(pk=_HEAD, defaults={"hash": audit_chain.NO_HASH})
        head = AuditHead.objects.select_for_update().get(pk=_HEAD)
    return head


def _following(head: AuditHead, event: AuditEvent) -> AuditRecord:
    """The record of ``event`` after ``head``, which moves on to it."""
    record = AuditRecord(sequence=head.sequence + 1, previous=head.hash, at=timezone.now())
    for name in _WORDS:
        value = getattr(event, name)
        longest = getattr(AuditRecord._meta.get_field(name), "max_length", None)  # noqa: SLF001 Django's public name
        setattr(record, name, audit_chain.clean(value)[:longest] if isinstance(value, str) else value)
    record.old, record.new = audit_chain.plain(event.old), audit_chain.plain(event.new)
    words = {name: getattr(record, name) for name in _WORDS}
    said = audit_chain.body(
        record.sequence, record.previous, _instant(record.at), words, record.old, record.new
    )
    record.hash = audit_chain.hash_of(said)
    head.sequence, head.hash = record.sequence, record.hash
    return record


def _instant(at: datetime) -> str:
    return at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds")


def _place(seal: Seal) -> int:
    return seal.sequence
