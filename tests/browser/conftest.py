"""Chromium on a built site. Without Chromium the tests are skipped, unless KAM_REQUIRE_BROWSER=1 forbids it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kam.site.build import build_site

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
AS_OF = date(2026, 4, 1)


@dataclass
class Visit:
    """A page in the browser, what it asked of other hosts, and what it said."""

    page: Page
    address: str
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(self.address + path)
        self.page.wait_for_timeout(150)
        return self.page


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def find_chromium() -> str | None:
    """The browser to test with."""
    return os.environ.get("KAM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium on this machine: install it, or name it in KAM_CHROMIUM, to run the browser tests"
        if os.environ.get("KAM_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The miniature portfolio's site, built as `kam site build` does and served on this machine."""
    root = tmp_path_factory.mktemp("browser")
    shutil.copytree(repository / "tests" / "site" / "portfolio", root, dirs_exist_ok=True)
    shutil.copytree(repository / "site-config", root / "site-config")
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(repository / name, root)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root / "site")))
    address = f"http://127.0.0.1:{server.server_port}/"
    with server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAM_SITE_URL", address)
        patch.setenv("KAM_SITE_URL_ZH", f"{address}zh/")
        build_site(root, ["en", "zh"], as_of=AS_OF, say=lambda text: None, strict=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


def visit(context: BrowserContext, address: str) -> Visit:
    """A new page that writes down requests to other hosts and dialogs."""
    context.set_default_timeout(8000)
    page = context.new_page()
    found = Visit(page, address)
    page.on("request", lambda r: None if r.url.startswith((address, "data:")) else found.outside.append(r.url))
    page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
    return found


@pytest.fixture
def desktop(browser: Browser, address: str) -> Iterator[Visit]:
    """A wide window."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    yield visit(context, address)
    context.close()


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Visit]:
    """A phone held upright, in the dark."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    yield visit(context, address)
    context.close()
