"""Where the word list of the search is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SPLIT = """
import sys
from pathlib import Path
from kam.site.word_list import keep_word_list
keep_word_list(Path(sys.argv[1]))
import jieba
print("/".join(jieba.cut("客户满意")))
"""


def test_word_list_is_kept_in_the_folder_given_and_nothing_is_read_from_the_shared_one(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    (shared / "jieba.cache").write_bytes(b"planted")
    command = [sys.executable, "-c", SPLIT, str(own)]
    done = subprocess.run(command, env={"TMPDIR": str(shared)}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "客户/满意" and done.stderr == ""
    assert (own / "jieba.cache").is_file()
    assert (shared / "jieba.cache").read_bytes() == b"planted"
