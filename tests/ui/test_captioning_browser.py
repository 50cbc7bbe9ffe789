"""The Caption tab in headless Chromium, in both languages and themes, with models that decode nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mmdemo.evaluation.sample_media import sample
from mmdemo.ui.app import build_demo, launch_kwargs
from tests.test_app import free_port
from tests.ui.accessibility import expect_accessible
from tests.ui.conftest import PATIENCE_MS
from tests.ui.picture_fakes import PhotoGenerator, install, picture_models
from tests.ui.test_browser import LOW_CONTRAST, expect_language

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")]

SCREENSHOTS = Path("artifacts") / "caption"
LIT_SHARE = """(canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let red = 0, column = 0, total = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const weight = Math.max(pixels[i] - 100, 0);
    red += weight > 0; column += weight * ((i / 4) % canvas.width); total += weight;
  }
  return [red / (pixels.length / 4), column / total / canvas.width];
}"""
"""Share of the overlay that is lit, and how far to the right its middle lies."""


@pytest.fixture(scope="module", params=[0.0, 0.9], ids=["familiar", "foreign"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        install(patch, picture_models(generator=PhotoGenerator(), foreign=request.param))
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        yield url
        demo.close()


def opened(browser: Browser, address: str, **options: object) -> Page:
    """Open the tab, drop a photo and wait for its captions."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    tag = "zh-CN" if str(options.get("locale", "en")).startswith("zh") else "en"
    page.wait_for_function("(tag) => document.documentElement.lang === tag", arg=tag)
    page.set_input_files("#mm-caption-files input[type=file]", str(sample("images/cheetah1.jpg")))
    expect(page.locator(".mm-card")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator("#mm-caption-txt")).to_be_visible(timeout=PATIENCE_MS)
    return page


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("locale", "theme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_a_photo_is_captioned_explained_copied_and_downloaded(
    browser: Browser, address: str, locale: str, theme: str, request: pytest.FixtureRequest
) -> None:
    viewport = {"width": 1280, "height": 950}
    page = opened(browser, address, locale=locale, viewport=viewport, color_scheme=theme, accept_downloads=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    foreign = "foreign" in request.node.name
    expect(page.locator(".mm-chips li")).to_have_count(3 if foreign else 0)

    words, overlay = page.locator(".mm-card[data-language=en] .mm-word"), page.locator(".mm-heat")
    expect(overlay).to_be_hidden()
    words.nth(1).hover()
    expect(overlay).to_be_visible()
    lit, left = overlay.evaluate(LIT_SHARE)
    assert 0.02 < lit < 0.6
    page.mouse.move(2, 2)
    expect(overlay).to_be_hidden()
    words.last.focus()
    expect(overlay).to_be_visible()
    assert overlay.evaluate(LIT_SHARE)[1] > left + 0.3, "the last word looks further to the right"
    expect(page.locator(".mm-look-word")).to_have_text("grass")
    shot(page, f"{'foreign' if foreign else 'familiar'}-{theme}")
    assert page.evaluate(LOW_CONTRAST) == []
    expect_accessible(page)
    page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()
    page.keyboard.press("Enter")
    expect(overlay).to_be_visible()
    expect_language(page, locale[:2])

    button = page.locator(".mm-card[data-language=en] .mm-card-head .mm-copy")
    shown = button.inner_text()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).not_to_have_text(shown)
    assert page.evaluate("navigator.clipboard.readText()") == "A brown dog runs through the wet grass."
    expect(button).to_have_text(shown)

    page.locator("[data-choose='en:1']").click()
    expect(page.locator(".mm-card[data-language=en] .mm-caption")).to_have_text(
        "A dog is playing outside.", timeout=PATIENCE_MS
    )
    with page.expect_download() as download:
        page.click("#mm-caption-txt")
    assert download.value.suggested_filename == "cheetah1.txt"
    assert download.value.path().read_text(encoding="utf-8").startswith("A dog is playing outside.\n")

    page.locator("#mm-caption-style input").nth(2).check()
    wanted = "Possibly a brown dog runs through the wet grass" if foreign else "A brown dog runs through the wet grass"
    expect(page.locator(".mm-card[data-language=en] .mm-caption")).to_have_text(wanted, timeout=PATIENCE_MS)
    page.context.close()


def test_a_telephone_shows_everything_and_reacts_to_a_tap(
    browser: Browser, address: str, request: pytest.FixtureRequest
) -> None:
    if "foreign" in request.node.name:
        pytest.skip("the same page once more")
    viewport = {"width": 390, "height": 844}
    page = opened(browser, address, viewport=viewport, is_mobile=True, has_touch=True, color_scheme="dark")
    page.locator(".mm-word").nth(1).tap()
    expect(page.locator(".mm-heat")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(LOW_CONTRAST) == []
    shot(page, "telephone")
    page.locator(".mm-word").nth(3).tap()
    expect(page.locator(".mm-look-word")).to_have_text("runs")
    page.context.close()


def test_a_pasted_picture_is_captioned(browser: Browser, address: str, request: pytest.FixtureRequest) -> None:
    if "foreign" in request.node.name:
        pytest.skip("the same page once more")
    page = opened(browser, address, locale="en-GB")
    page.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
          const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
          const data = new DataTransfer();
          data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.locator("#mm-caption-status")).to_contain_text("Done: pasted.png", timeout=PATIENCE_MS)
    page.context.close()
