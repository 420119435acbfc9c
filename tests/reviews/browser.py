"""A real browser without a window, for the HTML report: Chromium and its driver as the system has them."""

import json
import shutil
from importlib.resources import files

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from system_parts import need

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")


def find_browser():
    """Return the paths of browser and driver; fails where there are none in CI, skips elsewhere."""
    found = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    need("no chromium and chromedriver on PATH", is_there=all(found))
    return found


def open_browser():
    """Return a driver whose console is listened to."""
    browser, driver = find_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


class Page:
    """One page in the browser, and what a reader does with it."""

    def __init__(self, driver, path):
        self.driver = driver
        self.path = path

    def open(self, html, *, width=1400, scheme="light"):
        self.path.write_text(html, encoding="utf-8")
        self.resize(width, 900)
        media = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        self.driver.get(self.path.as_uri())
        return self

    def resize(self, width, height):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def ask(self, script):
        return self.driver.execute_script(f"return {script}")

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def list_shown(self):
        return self.ask(
            "[...document.querySelectorAll('.change:not([hidden]) > summary code')].map(e => e.textContent)"
        )

    def list_console(self):
        return [row["message"] for row in self.driver.get_log("browser")]

    def list_violations(self):
        """Return what axe-core finds wrong, by rule and place."""
        self.driver.execute_script(AXE)
        found = self.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        return [(one["id"], json.dumps([node["target"] for node in one["nodes"]])) for one in found["violations"]]

    def take_picture(self, path):
        """Save a picture of the whole page."""
        self.resize(self.ask("innerWidth"), self.ask("document.documentElement.scrollHeight"))
        self.driver.save_screenshot(str(path))
