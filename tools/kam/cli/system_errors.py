"""What the operating system refused, in the user's language."""

from __future__ import annotations

import errno
import os

from kam.cli.context import words

CHINESE = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "操作不被允许",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EROFS: "文件系统只读",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "这不是文件夹",
    errno.EEXIST: "文件已存在",
    errno.EIO: "读写出错",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "文件名过长",
}


def reason(error: OSError, lang: str) -> str:
    """``Permission denied`` in a language, as far as its words are known."""
    why = error.strerror or str(error)
    return CHINESE.get(error.errno or 0, why) if lang == "zh" else why


def translate(why: str, lang: str) -> str:
    """The system's own words in a language, as far as they are known."""
    known = {os.strerror(number): said for number, said in CHINESE.items()}
    return known.get(why, why) if lang == "zh" else why


def spell_error(error: OSError) -> str:
    """``/x/people.yml: Permission denied`` in the language spoken here."""
    en, zh = reason(error, "en"), reason(error, "zh")
    if not isinstance(error.filename, str):
        return words(f"the system refused to go on: {en}", f"系统拒绝继续：{zh}")
    return words(f"{error.filename}: {en}", f"{error.filename}：{zh}")
