"""One look: every tab in every language, in both themes, on a telephone, on a projector and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mmdemo.ui.i18n import CHINESE, ENGLISH, TRADITIONAL
from mmdemo.ui.texts import TEXTS
from tests.ui.accessibility import expect_accessible
from tests.ui.fakes import CLIP, FakePipeline
from tests.ui.test_browser import ARTIFACTS, LOW_CONTRAST, expect_language, upload

pytestmark = pytest.mark.browser

Served = tuple[str, FakePipeline]
LOCALES = {ENGLISH: "en-GB", CHINESE: "zh-CN", TRADITIONAL: "zh-HK"}
DARK = "(dark) => document.body.classList.toggle('dark', dark)"
FOCUSED = """() => {
  const element = document.activeElement;
  const ring = (node) => {
    const style = node && getComputedStyle(node);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = element.getBoundingClientRect();
  return { tag: element.tagName, role: element.getAttribute("role") ?? "", id: element.closest("[id^=mm-]")?.id ?? "",
           seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
           ring: ring(element) || ring(element.closest("label")) };
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("main :is(button, a[href], input, textarea, [role=tab])")]
  .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((one) => !one.closest(".sr-only, .visually-hidden"))
  .map((one) => [one.closest("label")?.getBoundingClientRect() ?? one.getBoundingClientRect(), one])
  .filter(([box]) => box.width > 1 && (box.height < 24 || box.width < 24))
  .map(([box, one]) => `${one.outerHTML.slice(0, 80)} ${Math.round(box.width)} × ${Math.round(box.height)}`)"""
WIDTH = "() => document.documentElement.scrollWidth"
MOST_STOPS = 60


def tabs(page: Page) -> list[str]:
    return page.get_by_role("tab").all_inner_texts()


def choose(page: Page, number: int) -> None:
    tab = page.get_by_role("tab").nth(number)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_have_count(1)  # the others are hidden
    expect(page.get_by_role("tabpanel").locator("button").first).to_be_visible()


@pytest.mark.parametrize("language", LOCALES)
def test_every_tab_in_a_language_and_both_themes(open_page: Callable[..., Page], served: Served, language: str) -> None:
    page = open_page(served[0], locale=LOCALES[language])
    assert len(tabs(page)) >= 4
    page.add_style_tag(content="* { transition: none !important; }")
    ARTIFACTS.mkdir(exist_ok=True)
    for number in range(len(tabs(page))):
        choose(page, number)
        expect_language(page, language)
        for theme in ("light", "dark"):
            page.evaluate(DARK, theme == "dark")
            assert page.evaluate(LOW_CONTRAST) == [], (number, theme)
            if language != TRADITIONAL:  # the markup is that of Simplified Chinese
                expect_accessible(page)
            page.screenshot(path=ARTIFACTS / f"tab{number}-{language}-{theme}.png", full_page=True)


@pytest.mark.parametrize(
    ("screen", "options"),
    [
        ("telephone", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
        ("projector", {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "dark"}),
    ],
)
def test_nothing_sticks_out_on_small_and_large_screens(
    open_page: Callable[..., Page], served: Served, screen: str, options: dict[str, object]
) -> None:
    page = open_page(served[0], **options)
    width = page.evaluate(WIDTH)
    assert width == options["viewport"]["width"]  # type: ignore[index]
    size = page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('#mm-title p')).fontSize)")
    assert size >= (18 if screen == "projector" else 15)
    for number in range(len(tabs(page))):
        choose(page, number)
        assert page.evaluate(WIDTH) == width, tabs(page)[number]
        assert page.evaluate(SMALL_TARGETS) == []
        page.screenshot(path=ARTIFACTS / f"tab{number}-{screen}.png", full_page=True)


def arrows_choose(page: Page) -> None:
    """The row of tabs is one stop, and the arrow keys choose among them."""
    names = tabs(page)
    page.get_by_role("tab").nth(0).click()
    for key, number in (("ArrowRight", 1), ("End", len(names) - 1), ("ArrowRight", 0), ("ArrowLeft", len(names) - 1)):
        page.keyboard.press(key)
        expect(page.get_by_role("tab").nth(number)).to_be_focused()
        expect(page.get_by_role("tab").nth(number)).to_have_attribute("aria-selected", "true")
        expect(page.locator("[role=tablist] [role=tab][tabindex='0']")).to_have_count(1)


def test_every_tab_can_be_walked_through_by_keyboard(open_page: Callable[..., Page], served: Served) -> None:
    page = open_page(served[0])
    arrows_choose(page)
    wanted = {0: "mm-caption-files", 1: "mm-start", 2: "mm-search", 3: "mm-ask-send"}
    for number in range(len(tabs(page))):
        page.get_by_role("tab").nth(number).click()
        stops = walked(page)
        assert wanted.get(number, "") in {"", *(stop["id"] for stop in stops)}, stops
        hidden = [stop for stop in stops if not (stop["ring"] and stop["seen"])]
        assert hidden == [], f"stops that cannot be seen on tab {number}"


def walked(page: Page) -> list[dict[str, object]]:
    """Go from the chosen tab to the end of the page by the Tab key; it must come to an end."""
    stops: list[dict[str, object]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            # An open list of choices scrolls by keyboard and is no element of the page; behind it comes the next stop.
            if stops and stops[-1]["role"] == "combobox":
                continue
            return stops
        stops.append(stop)
    raise AssertionError(f"the keyboard does not come out again: {stops[-3:]}")


def test_a_job_is_started_by_keyboard_alone(open_page: Callable[..., Page], served: Served) -> None:
    page = open_page(served[0], locale="zh-HK")
    upload(page, CLIP)
    page.get_by_role("tab").nth(1).focus()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED)["id"] == "mm-start":
            break
    page.keyboard.press("Enter")
    done = TEXTS["status_done"].text(TRADITIONAL).format(count=3)
    expect(page.locator("#mm-status")).to_contain_text(done)
    expect(page.locator("#mm-table [role=gridcell]").nth(2)).to_have_text("Hello out there")
    expect_language(page, TRADITIONAL)
    assert page.evaluate(LOW_CONTRAST) == []
    expect_accessible(page)
    page.screenshot(path=ARTIFACTS / "subtitles-zh-TW.png", full_page=True)
