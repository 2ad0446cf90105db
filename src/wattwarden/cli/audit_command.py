"""``wattwarden audit``: prove that the audit log is whole, write it out, sign it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import EXIT_PROBLEMS, console, home_folder, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.app.check_audit_file import CheckedFile
    from wattwarden.domain.audit_chain import Verdict

app = typer.Typer(
    no_args_is_help=True, help="The audit log: verify, export, sign. 审计日志: 校验、导出、签名"
)
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]
Keys = Annotated[list[str] | None, typer.Option("--key", help="Public key to trust. 信任的公钥")]


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported log; the database otherwise. 导出的日志文件")
    ] = None,
    key: Keys = None,
    home: Home = None,
) -> None:
    """Check the chain and its seals; name the first bad record. 校验审计链, 指出第一条有问题的记录.

    A FILE is checked without the database. Status 1 when something is wrong.
    """
    with problems_shown():
        checked = _checked_file(file, key or ()) if file else None
        verdict = checked.verdict if checked else _checked_store(home_folder(home), key or ())
    if verdict.fault:
        console().print(say(f"有问题: {verdict.fault}", f"Broken: {verdict.fault}"))
    else:
        console().print(say(f"完整: {verdict.records:,} 条记录", f"Sound: {verdict.records:,} records"))
    console().print(
        say(
            f"签名覆盖至第 {verdict.sealed} 条; 末条哈希 {verdict.last[1]}",
            f"Sealed up to record {verdict.sealed}; hash of the last sound one {verdict.last[1]}",
        )
    )
    if checked and not key:
        console().print(
            say(
                f"使用文件自带的公钥 {checked.key}; 请与签发单位核对, 或用 --key 指定",
                f"Checked with the file's own key {checked.key}; compare it with the issuer's, or give --key",
            )
        )
    if verdict.fault:
        raise SystemExit(EXIT_PROBLEMS)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to, JSON lines. 输出文件")],
    first: Annotated[int, typer.Option("--from", min=1, help="Number of the first record. 起始序号")] = 1,
    home: Home = None,
) -> None:
    """Write the log so that anyone can verify it without the database. 导出可离线校验的审计日志."""
    with problems_shown():
        folder = home_folder(home)
        _connect(folder)
        from wattwarden.app.audit import record
        from wattwarden.app.audit_log import export_log

        record(folder, "audit export", {"files": [str(file)], "from": first})
        written = export_log(file, first)
    console().print(say(f"{written:,} 条 → {file}", f"{written:,} records → {file}"))


@app.command()
def seal(home: Home = None) -> None:
    """Sign the end of the log now; the console does so each hour. 立即对日志末端签名."""
    with problems_shown():
        _connect(home_folder(home))
        from wattwarden.app.audit_log import seal_log, seals_file

        number = seal_log()
        place = seals_file()
    if number is None:
        console().print(say("没有新记录或没有签名密钥", "Nothing new to sign, or no signing key"))
    else:
        console().print(say(f"已签名至第 {number} 条 → {place}", f"Signed up to record {number} → {place}"))


@app.command()
def key(home: Home = None) -> None:
    """Show the public key, or make a signing key where there is none. 显示公钥, 或生成签名密钥."""
    with problems_shown():
        _connect(home_folder(home))
        from wattwarden.app.audit_log import make_key, public_key

        public = public_key()
        if public is None:
            secret, public = make_key()
            console().print(f"WATTWARDEN_AUDIT_KEY={secret}")
            console().print(
                say(
                    "请写入服务环境, 并妥善保管; 不会再次显示",
                    "Set it where the server runs and keep it; it is not shown again",
                )
            )
    console().print(say(f"公钥 {public}", f"Public key {public}"))


def _connect(folder: Path) -> None:
    from wattwarden.records.connect import migrate

    migrate(folder)


def _checked_file(file: Path, keys: Sequence[str]) -> "CheckedFile":
    from wattwarden.app.check_audit_file import check_file

    return check_file(file, keys)


def _checked_store(folder: Path, keys: Sequence[str]) -> "Verdict":
    _connect(folder)
    from wattwarden.app.audit_log import check_store

    return check_store(keys)
