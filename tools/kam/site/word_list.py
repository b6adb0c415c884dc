"""The word list that splits Chinese text for the search: kept where nobody else of this machine can write."""

from __future__ import annotations

import logging
from pathlib import Path


def keep_word_list(folder: Path) -> None:
    """Let jieba keep its list in ``folder``, without reporting on it.

    By itself it reads whatever lies under a fixed name in the folder for temporary files, which all users share.
    """
    import jieba

    folder.mkdir(parents=True, exist_ok=True)
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = str(folder)
