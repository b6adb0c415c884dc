"""The command ``kam``: finds the command's module by its name and hands it the context."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from kam import __version__
from kam.cli.context import LANGUAGES, Context, Day, spoken_language, words
from kam.cli.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "check": ("check", "Check the records: complete, correct, consistent.", "检查记录：完整、正确、一致。"),
    "kpi": ("kpi", "Show the KPIs, down to the records behind each.", "查看指标，可追溯到每条记录。"),
    "due": ("due", "List what is due or overdue, and for whom.", "列出到期和逾期的工作及责任人。"),
    "alerts": ("alerts", "List what threatens the accounts, and who is to act.", "查看客户预警及责任人。"),
    "show": ("show", "Show one account on one screen.", "一屏查看一个客户。"),
    "tiers": ("tiers", "Show points and tiers of the accounts.", "查看客户的得分和级别。"),
    "new": ("new", "Make a record; what is missing is asked for.", "新建记录，缺少的内容会逐项询问。"),
    "set": ("set_", "Change fields of a record.", "修改记录的字段。"),
    "log": ("log_", "Write down a talk with a customer.", "记录与客户的沟通和后续事项。"),
    "approve": ("approve", "Approve a record, or reject it.", "审批记录（同意或驳回）。"),
    "verify": ("verify", "Confirm a record as a second person.", "复核记录。"),
    "approvals": ("approvals", "List what waits for whose approval.", "查看待审批、待复核事项。"),
    "move": ("move", "Rename or move a record or an account.", "记录或客户改名、移动。"),
    "archive": ("archive", "Put away what is done with.", "归档不再使用的记录。"),
    "import": ("import_", "Bring in exports of other systems.", "导入其他系统的数据。"),
    "export": ("export", "Write files for other programs, such as Excel forms.", "导出文件，如 Excel 表单。"),
    "query": ("query", "Ask the record tables in SQL (read only).", "用 SQL 查询记录表（只读）。"),
    "tables": ("tables", "List the record tables and their columns.", "列出记录表及其列。"),
    "site": ("site", "Build or serve the site.", "生成或预览网站。"),
    "explain": ("explain", "Explain a rule, a KPI, a record type or a field.", "解释规则、指标、记录类型或字段。"),
    "people": ("people", "Show our people, their work and their results.", "查看我方人员、工作量和业绩。"),
    "appraise": ("appraise", "Score a person by the KPIs, as a draft appraisal.", "按指标评分，生成绩效考核草稿。"),
    "forecast": ("forecast", "Show what is likely to be sold, against quotas.", "销售预测：加权商机与销售指标。"),
    "use": ("use", "Show who records how often: use of the system.", "查看系统使用情况：谁在记录、多久一次。"),
    "handover": ("handover", "List what somebody has to hand over.", "列出某人需要移交的事项。"),
    "audit": ("audit", "Draw audit samples; see who changed what.", "审计抽样；查看谁改了什么。"),
    "codeowners": (
        "codeowners",
        "Say who reviews which account, for the Git server.",
        "生成评审人清单（CODEOWNERS）。",
    ),
    "vscode": ("vscode", "Make tasks and snippets for Visual Studio Code.", "生成 VS Code 任务和代码片段。"),
    "completion": ("completion", "Let Tab complete in your shell.", "设置终端的 Tab 补全。"),
    "init": ("init", "Begin a new, empty portfolio.", "新建一个空的客户档案库。"),
}

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    help=words(
        "Key accounts as code: account records in Git, checked, measured and published.",
        "用 Git 管理大客户档案：检查、度量、发布。",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="kam", help=words("Show the version and exit.", "显示版本号。"))
@click.option(
    "-C",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help=words("Work in this folder.", "在此文件夹中工作。"),
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=words("Language of messages.", "消息语言。"))
@click.option("--as-of", type=Day(), help=words("Look from this day instead of today.", "以此日期代替今天。"))
@click.pass_context
def cli(ctx: click.Context, folder: Path, lang: str | None, as_of: object) -> None:
    """Hold the options that all commands share."""
    from datetime import date

    ctx.obj = Context(folder, lang, as_of if isinstance(as_of, date) else None)


def main() -> NoReturn:
    """Entry point: Ctrl-C, a closed pipe and a full disk end in one sentence; output is UTF-8 whatever the console is.

    Exit status: that of the command; 2 where the system refused something, 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    if spoken_language() == "zh":
        from kam.cli.chinese import speak_chinese

        speak_chinese()
    interrupted = _note_interrupts()
    try:
        status = cli(prog_name="kam", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except (click.Abort, KeyboardInterrupt):
        _end(words("interrupted", "已中断"), INTERRUPTED)
    except OSError as error:
        if interrupted:
            _end(words("interrupted", "已中断"), INTERRUPTED)
        from kam.cli.system_errors import spell_error

        _end(spell_error(error), 2)
    except Exception:
        # A library that Ctrl-C caught inside a call raises something of its own.
        if interrupted:
            _end(words("interrupted", "已中断"), INTERRUPTED)
        raise
    finally:
        if "duckdb" not in sys.modules:  # whose binding takes what is frozen for a leak, and says so
            gc.freeze()  # Python looks for cycles as it ends, too: a tenth of a short run
    raise SystemExit(status if isinstance(status, int) else 0)


def _note_interrupts() -> list[int]:
    """Let Ctrl-C interrupt as always, and note that it did in the list returned."""
    noted: list[int] = []

    def interrupt(number: int, frame: object) -> NoReturn:
        noted.append(number)
        raise KeyboardInterrupt

    with suppress(ValueError):
        signal.signal(signal.SIGINT, interrupt)
    return noted


def _end(sentence: str, status: int) -> NoReturn:
    """One sentence, then out at once: what is still to be written would fail again, and libraries would complain."""
    sys.stderr.write(f"kam: {sentence}\n")
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
