"""The pictures in docs/screenshots, taken from the demo: ``python -m tests.journeys.screenshots``.

Seeds a demo on a database of its own, serves it, and photographs board, request, register, coverage,
ladder, the pages of money and the offer on a phone with Chromium. Takes about three minutes; every
server is stopped at the end.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from config.embedded_postgres import remove, using
from tests.journeys.stack import ROOT, running

TARGET = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
MOST_BYTES, COLOURS = 300_000, 128
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# what the pictures need to know of the seeded world
SCENE = """
import json, sys, django
django.setup()
from pathlib import Path
from accounts.clock import database_now
from accounts.times import local
from config.demo import handover
from dispatch.models import Offer, Request
from honoraria.models import PaymentBatch, Programme
from honoraria.months import Month
content = handover.write(Path(sys.argv[1]), "", database_now())
searching = [r for r in Request.objects.open() if r.offers.open().exists()]
searching.sort(key=lambda r: (r.urgency != "today", -r.offers.count()))
offers = Offer.objects.open().filter(request__urgency__in=["today", "booked"])
offer = offers.filter(volunteer__message_language="ja").order_by("-id").first() or offers.first()
print(json.dumps({"links": content["sign_in_links"], "request": searching[0].pk,
                  "offer": offer.token,
                  "month": str(Month.of(local(database_now()).date()).before),
                  "batch": PaymentBatch.objects.filter(method="bank").latest("pk").pk,
                  "programme": Programme.objects.earliest("pk").pk}))
"""


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET, help="directory for the pictures")
    target: Path = parser.parse_args().to
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tsunagi-shots-") as home:
        Path(home).chmod(0o711)
        data = Path(home) / "postgres"
        try:
            with using(data, durable=False) as url:
                _manage(url, "migrate", "--verbosity=0")
                _manage(url, "seed_demo")
                with running(url) as stack, sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
                    )
                    _take(browser, stack.url, _scene(url, Path(home)), target)
                    browser.close()
        finally:
            remove(data)


def _environment(url: str) -> dict[str, str]:
    return os.environ | {
        "TSUNAGI_MODE": "demo",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def _manage(url: str, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=_environment(url), check=True)


def _scene(url: str, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", SCENE, str(home / "demo.json")]
    output = subprocess.run(
        command, cwd=ROOT, env=_environment(url), check=True, stdout=subprocess.PIPE
    )
    scene: dict[str, Any] = json.loads(output.stdout.splitlines()[-1])
    return scene


def _take(browser: Browser, url: str, scene: dict[str, Any], target: Path) -> None:
    desk = _signed_in(browser, url, scene["links"]["coordinator"])
    desk.locator(".job--now .asked__one").first.wait_for()
    for name, path in (
        ("board", "/board/"),
        ("request", f"/requests/{scene['request']}/"),
        ("register", "/volunteers/"),
        ("coverage", "/coverage/"),
    ):
        desk.set_viewport_size(DESK)  # type: ignore[arg-type]
        desk.goto(path)
        _shoot(desk, target / f"{name}.png")
        if name == "board":
            desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
            _shoot(desk, target / "board-phone.png")
    admin = _signed_in(browser, url, scene["links"]["admin"])
    admin.goto("/settings/ladder/")
    _shoot(admin, target / "ladder.png")
    accountant = _signed_in(browser, url, scene["links"]["accountant"])
    for name, path in (
        ("month", f"/months/{scene['month']}/"),
        ("payment", f"/payments/{scene['batch']}/"),
        ("claim", f"/grants/{scene['programme']}/claim/"),
        ("figures", "/figures/"),
    ):
        accountant.goto(path)
        _shoot(accountant, target / f"{name}.png")
    phone = _page(browser, url, PHONE)
    phone.goto(f"/o/{scene['offer']}/")
    _shoot(phone, target / "phone.png", whole=True)


def _signed_in(browser: Browser, url: str, link: str) -> Page:
    """A desk's screen after the demo's link of one person."""
    page = _page(browser, url, DESK)
    page.goto(link)
    page.locator("main button, form button").first.click()
    page.wait_for_url(lambda at: "/sign-in/" not in at)
    return page


def _page(browser: Browser, url: str, size: dict[str, int]) -> Page:
    context = browser.new_context(
        base_url=url,
        viewport=size,  # type: ignore[arg-type]
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        reduced_motion="reduce",
    )
    return context.new_page()


def _shoot(page: Page, path: Path, *, whole: bool = False) -> None:
    """One picture of what fits on the screen, or of the whole page."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes, more than {MOST_BYTES}")
    print(f"{path.name}: {size:,} bytes")


if __name__ == "__main__":
    main()
