"""The MkDocs plugin: stages the pages, then lets MkDocs build them. Nothing else depends on MkDocs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.plugins import BasePlugin

from kam.site.blocks import put_blocks, take_blocks
from kam.site.publish import Publication, build_beside, publish, watched_folders
from kam.site.word_list import keep_word_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext


class KamOptions(Config):  # type: ignore[no-untyped-call]
    """Options in ``mkdocs.yml``. ``also`` names the other language's configuration, which ``serve`` builds too."""

    as_of = config_options.Type((str, date), default="")
    also = config_options.Type(str, default="")


class KamPlugin(BasePlugin[KamOptions]):  # type: ignore[no-untyped-call]
    """Thin adapter between MkDocs' events and ``kam.site.publish``."""

    def __init__(self) -> None:
        self.is_serving = False
        self.published: Publication | None = None
        self.blocks: list[str] = []

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Remember whether a server asks, which shows both languages at one address."""
        self.is_serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Stage the pages and point MkDocs at them."""
        root = Path(config.config_file_path).resolve().parent
        keep_word_list(root / ".kam" / "cache")
        self.published = publish(root, str(config.theme["language"]), str(self.config.as_of))
        config.docs_dir = str(self.published.staged.folder)
        config.nav = self.published.staged.nav
        config.site_name = self.published.site_name or config.site_name
        return config

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Keep the finished HTML of generated pages from being parsed again."""
        if page.file.src_uri.startswith("handbook/"):
            return markdown
        text, self.blocks = take_blocks(markdown)
        return text

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Put it back."""
        return html if page.file.src_uri.startswith("handbook/") else put_blocks(html, self.blocks)

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Tell the template whether the other language has this page too."""
        known = self.published is None or page.file.src_uri in self.published.in_other_language
        return cast("TemplateContext", {**context, "kam_page": page.url if known else ""})

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """While serving, put the other language where the language switch looks for it."""
        if self.is_serving and self.config.also:
            build_beside(config, self.config.also)

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        """Watch the records, settings and handbook instead of the staged folder, which changes by itself."""
        root = Path(config.config_file_path).resolve().parent
        server.unwatch(config.docs_dir)
        for folder in watched_folders(root):
            server.watch(str(folder))
        return server
