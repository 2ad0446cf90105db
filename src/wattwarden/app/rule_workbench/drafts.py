"""Drafts in the store: begin one, edit it, take its steps; each step is an event and an audit record."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.traces import Subject, done
from wattwarden.app.new_rule import skeleton
from wattwarden.app.rule_workbench.draft_text import MOST_CHARACTERS
from wattwarden.app.rule_workbench.files import Target, put, retired_text
from wattwarden.app.rule_workbench.states import Standing, State, Step, next_state
from wattwarden.app.store import home
from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import absent, fail, forbidden
from wattwarden.records.models import OrgUnit, RuleDraft, RuleDraftEvent

_DRAFT = "rule_draft"
PERMISSIONS: tuple[Permission, ...] = ("write_rules", "approve_rules")


def permissions(viewer: Viewer) -> frozenset[Permission]:
    """What the viewer may do with rules: they hold for the whole utility, so his role must too."""
    held = {name: viewer.paths(name) for name in PERMISSIONS}
    paths = {path for found in held.values() for path in found}
    tops = set(OrgUnit.objects.filter(parent__isnull=True, path__in=paths).values_list("path", flat=True))
    return frozenset(name for name in PERMISSIONS if tops.intersection(held[name]))


def list_drafts(viewer: Viewer) -> Sequence[RuleDraft]:
    """All drafts, the newest change first.

    Raises:
        WattwardenError: the viewer has nothing to do with rules.
    """
    _allowed(viewer)
    return list(RuleDraft.objects.select_related("author").defer("text", "text_before")[:500])


def one_draft(viewer: Viewer, number: int) -> RuleDraft:
    """One draft.

    Raises:
        WattwardenError: there is none, or the viewer has nothing to do with rules.
    """
    _allowed(viewer)
    draft = RuleDraft.objects.select_related("author").filter(pk=number).first()
    if draft is None:
        raise absent(f"draft {number}", expected="a number of the list")
    return draft


def target_of(draft: RuleDraft) -> Target:
    """The file that the draft is for."""
    return Target("settings" if draft.kind == "settings" else "rule", draft.rule_id)


def start_draft(viewer: Viewer, rule_id: str) -> RuleDraft:
    """Begin a draft: settings of a built-in rule, a change of the site's own, or a new rule.

    Raises:
        WattwardenError: the viewer may not write rules, or the id is none.
    """
    if "write_rules" not in permissions(viewer) or viewer.user_id is None:
        raise forbidden(
            "new draft",
            found="a role that may not",
            expected="one that may write rules for the whole utility",
        )
    target, text = _beginning(rule_id.strip())
    with transaction.atomic():
        draft = RuleDraft.objects.create(
            rule_id=target.rule_id,
            kind=target.kind,
            text=text,
            text_hash=target.hash_of(text),
            author_id=viewer.user_id,
        )
        _note(viewer, draft, "start", text=text)
    return draft


def save_text(viewer: Viewer, number: int, text: str, seen_hash: str) -> RuleDraft:
    """Keep an edited text; whatever was checked, tried or approved before begins anew.

    Raises:
        WattwardenError: he may not, the draft is in force or gone, or somebody else saved meanwhile.
    """
    plain = text.replace("\r\n", "\n").replace("\0", "")
    if len(plain) > MOST_CHARACTERS:
        raise fail("text", found=f"{len(plain)} characters", expected=f"at most {MOST_CHARACTERS}")
    with transaction.atomic():
        draft = _moved(viewer, number, "save", seen_hash)
        draft.text, draft.text_hash = plain, target_of(draft).hash_of(plain)
        draft.approved_hash = draft.base_hash = ""
        draft.save()
        _note(viewer, draft, "save", text=plain)
    return draft


def take_step(viewer: Viewer, number: int, move: str, seen_hash: str, reason: str = "") -> RuleDraft:
    """Propose, approve, reject, put into force or retire.

    Raises:
        WattwardenError: see ``next_state``; or what is in force is not what the draft was tried on.
    """
    if move not in ("propose", "approve", "reject", "go_live", "retire"):
        raise fail("step", found=move[:20], expected="a step that a person takes")
    with transaction.atomic():
        draft = _moved(viewer, number, move, seen_hash, reason)
        if move in ("approve", "go_live"):
            _same_base(draft)
        if move == "approve":
            draft.approved_hash = draft.text_hash
        elif move == "reject":
            draft.approved_hash = ""
        elif move == "go_live":
            _go_live(viewer, draft)
        elif move == "retire":
            _retire(draft, reason)
        draft.save()
        _note(viewer, draft, move, reason=reason)
    return draft


def record_result(viewer: Viewer, number: int, move: str, seen_hash: str, base_hash: str = "") -> None:
    """Note that a check or a try on history of this very text went well.

    Raises:
        WattwardenError: the text or the state changed meanwhile.
    """
    with transaction.atomic():
        draft = _moved(viewer, number, move, seen_hash)
        draft.base_hash = base_hash or draft.base_hash
        draft.save()
        _note(viewer, draft, move)


def base_hash(draft: RuleDraft) -> str:
    """Content hash of what is in force in the draft's place."""
    target = target_of(draft)
    return target.hash_of(target.in_force(home()))


def authors_of(draft: RuleDraft) -> frozenset[int]:
    """Everybody who wrote any part of the text."""
    wrote = draft.events.filter(move__in=("start", "save"))
    return frozenset(wrote.values_list("actor_id", flat=True))


def _moved(viewer: Viewer, number: int, move: str, seen_hash: str, reason: str = "") -> RuleDraft:
    """The draft, locked, in the state after the step; the one place where rights to steps are judged."""
    may = permissions(viewer)
    draft = RuleDraft.objects.select_for_update().filter(pk=number).first() if may else None
    if draft is None or viewer.user_id is None:
        raise absent(f"draft {number}", expected="a number of the list")
    standing = Standing(State(draft.state), draft.text_hash, draft.approved_hash, authors_of(draft))
    draft.state = next_state(standing, Step(move, viewer.user_id, may, seen_hash, reason)).value
    return draft


def _same_base(draft: RuleDraft) -> None:
    standing = base_hash(draft)
    if standing != draft.base_hash:
        raise fail(
            f"rule {draft.rule_id}", found=f"content {standing[:12]} in force",
            expected=f"content {draft.base_hash[:12]}, against which the draft was tried",
            action="Save the draft again, and check and try it anew against what is in force now.",
        )  # fmt: skip


def _go_live(viewer: Viewer, draft: RuleDraft) -> None:
    target = target_of(draft)
    others = RuleDraft.objects.filter(rule_id=draft.rule_id, kind=draft.kind, state=State.LIVE.value)
    for other in others.exclude(pk=draft.pk):
        other.state = State.REPLACED.value
        other.save()
        _note(viewer, other, "replace", reason=f"draft {draft.pk}")
    draft.text_before = target.in_force(home())
    draft.live_hash = draft.approved_hash
    put(home(), target, draft.text)


def _retire(draft: RuleDraft, reason: str) -> None:
    """A rule of the site's own stays as retired; settings give way to what was there before them."""
    target = target_of(draft)
    if target.hash_of(target.in_force(home())) != draft.live_hash:
        raise fail(
            str(target.path), found="not the text that was approved", expected="the approved text",
            action="Put the approved text back first, or bring the change through a draft of its own.",
        )  # fmt: skip
    if draft.kind == "rule":
        text = retired_text(draft.text, timezone.localdate(), reason)
    else:
        text = draft.text_before
    draft.live_hash = target.hash_of(text)
    put(home(), target, text)


def _beginning(rule_id: str) -> tuple[Target, str]:
    rule = rules_of(home()).get(rule_id)
    own = Target("rule", rule_id)
    if (
        rule is not None
        and (BUILT_IN / "rules" / rule.chapter / f"{rule_id.partition('.')[2]}.yaml").is_file()
    ):
        target = Target("settings", rule_id)
        lines = "".join(f"#   {name}: {param.value}  # {param.en}\n" for name, param in rule.params.items())
        low, high = rule.expected_per_10k
        text = f"# params:\n{lines}# expected_per_10k: [{low}, {high}]\n# enabled: true\nparams: {{}}\n"
        return target, target.in_force(home()) or text
    text = skeleton(rule_id)
    return own, own.in_force(home()) or text


def _note(viewer: Viewer, draft: RuleDraft, move: str, *, text: str = "", reason: str = "") -> None:
    if viewer.user_id is None:
        raise fail("rule draft", found="the system itself", expected="a person")
    RuleDraftEvent.objects.create(
        draft=draft, number=draft.events.count() + 1, actor_id=viewer.user_id, move=move, state=draft.state,
        text_hash=draft.text_hash, text=text, reason=reason.strip()[:500],
    )  # fmt: skip
    told = {"rule_id": draft.rule_id, "kind": draft.kind, "state": draft.state, "content": draft.text_hash}
    done(viewer, f"rule.{move}", Subject(_DRAFT, str(draft.pk)), new=told, reason=reason)


def _allowed(viewer: Viewer) -> None:
    if not permissions(viewer):
        raise forbidden(
            "rule drafts", found="a role that may not",
            expected="one that may write or approve rules for the whole utility",
        )  # fmt: skip
