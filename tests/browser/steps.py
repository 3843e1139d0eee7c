"""What the stories told in a browser do again and again."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.world import World

Open = Callable[..., Page]


def has_focus(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Go to a control as those do who have no mouse: one press after the other, `Shift+Tab` being the way back."""
    expect(target).to_be_visible()
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches {target}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def node(page: Page, name: str) -> Locator:
    """Find a node of the tree by what it is called, with the count of a branch or without."""
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)}( [0-9]+)?$"))


def open_edit(page: Page, world: World) -> Any:
    """Open the dialog of Durand & Fils from its profile."""
    page.goto(f"/companies/{world.durand.id}")
    page.get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog
