"""``kam codeowners``: who is asked to review a change, for GitHub and GitLab."""

from __future__ import annotations

import click

from kam.cli.context import Context, as_of_option, words


@click.command(
    help=words(
        "Write the CODEOWNERS file from profiles, people and policy, so that the Git server asks the right colleagues "
        "to review a change. With --check only say whether it is up to date (exit status 1 where it is not).",
        "根据客户资料、人员和政策生成 CODEOWNERS 文件，让 Git 服务器自动邀请合适的同事评审变更。"
        "用 --check 只检查是否最新（不是则退出码为 1）。",
    )
)
@click.option("--check", is_flag=True, help=words("Write nothing, only compare.", "只比较，不写入。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, check: bool) -> None:
    """Render and write the file where ``policy.yml`` says, at the top of the repository."""
    from kam.cli.generated_files import publish
    from kam.exports.code_owners import HEAD, render_code_owners
    from kam.git import open_repository
    from kam.settings.code_owners import CodeOwners

    ctx.require_settings()
    repository = open_repository(ctx.root)
    prefix = repository.prefix if repository else ""
    with ctx.portfolio() as portfolio:
        profiles = list(portfolio.iter_records("profile", faulty=True))
    text = render_code_owners(profiles, ctx.settings, ctx.as_of, prefix)
    top = ctx.root.parents[prefix.count("/") - 1] if prefix else ctx.root
    place = ctx.settings.part(CodeOwners).file
    publish(ctx, top, {place: text}, mark=HEAD[0], check=check, name="codeowners")
