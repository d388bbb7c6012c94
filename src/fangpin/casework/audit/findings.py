"""What the verification may find, in both languages, each with its seal and entry."""

from __future__ import annotations

from enum import Enum

from fangpin.values.problem import Problem


class Told(Enum):
    """Kinds of findings: code, zh, en."""

    ENTRY_CHANGED = (
        "AUDIT_ENTRY_CHANGED",
        "这条审计记录与封存时不同。",
        "This entry is not what was sealed.",
    )
    ENTRY_MISSING = (
        "AUDIT_ENTRY_MISSING",
        "这条已封存的审计记录不见了。",
        "This sealed entry is gone.",
    )
    ENTRY_SLIPPED_IN = (
        "AUDIT_ENTRY_SLIPPED_IN",
        "这条记录出现在早已封存的编号之间。",
        "This entry stands among numbers that were sealed long ago.",
    )
    LEAVES_CHANGED = (
        "AUDIT_LEAVES_CHANGED",
        "这个封存的逐条校验值被改动。",
        "This seal's list of hashes was changed.",
    )
    BATCH_CHANGED = (
        "AUDIT_BATCH_CHANGED",
        "这个封存的记录与封存时不同；逐条校验值已失效，无法指出是哪一条。",
        "The entries of this seal are not what was sealed; its list of hashes can no longer say "
        "which.",
    )
    SEAL_CHANGED = (
        "AUDIT_SEAL_CHANGED",
        "这个封存的内容或签名被改动。",
        "This seal or its signature was changed.",
    )
    SEAL_MISSING = (
        "AUDIT_SEAL_MISSING",
        "从这个编号起缺少封存。",
        "Seals are missing from this number on.",
    )
    CHAIN_BROKEN = (
        "AUDIT_CHAIN_BROKEN",
        "这个封存接不上前一个封存。",
        "This seal does not follow from the one before.",
    )
    SEALS_CUT = (
        "AUDIT_SEAL_CUT_OFF",
        "存档文件里有这个封存，数据库里已没有：末尾被截断。",
        "The file holds this seal and the database no longer does: the tail was cut off.",
    )
    SEAL_DIFFERS = (
        "AUDIT_SEAL_DIFFERS",
        "存档文件里的这个封存与数据库不同。",
        "This seal of the file is not the one of the database.",
    )
    LINE_UNREADABLE = (
        "AUDIT_COPY_LINE",
        "存档文件的这一行不是有效的封存。",
        "This line of the file is no valid seal.",
    )
    COPY_GAP = (
        "AUDIT_COPY_GAP",
        "本机存档文件在这里缺少封存或次序不对。",
        "The installation's own copy lacks a seal here, or its order is wrong.",
    )
    COPY_MISSING = (
        "AUDIT_COPY_MISSING",
        "本机存档文件不见了，末尾是否被截断只能与上级的文件核对。",
        "The installation's own copy is gone; only the file of the level above can tell whether "
        "the tail was cut off.",
    )
    KEY_MISSING = (
        "AUDIT_KEY_MISSING",
        "找不到封存公钥，无法核对签名。",
        "The public key of the seals is gone; signatures cannot be checked.",
    )
    KEY_DIFFERS = (
        "AUDIT_KEY_DIFFERS",
        "存档文件的封存是用另一个密钥签名的。",
        "The seals of the file were signed with another key.",
    )


_FIX = {
    "zh": "请停止改动，保留数据库和备份，连同上级保存的封存文件一起交审计管理员核查。",
    "en": "Change nothing, keep the database and its backups, and let the audit administrator "
    "compare them with the seals that the level above keeps.",
}


def told(kind: Told, *, seal: int, entry: int | None = None, where: str = "") -> Problem:
    """The finding as a Problem; its place is the seal and entry, or the line of a file."""
    code, zh, en = kind.value
    place = f"audit seal {seal}" + (f", entry {entry}" if entry is not None else "")
    return Problem(
        code=code,
        where=f"{where} ({place})" if where else place,
        zh=zh,
        en=en,
        fix_zh=_FIX["zh"],
        fix_en=_FIX["en"],
        details={"seal": seal, **({"entry": entry} if entry is not None else {})},
    )
