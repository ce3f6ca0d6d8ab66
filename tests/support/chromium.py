"""A real browser without a window, spoken to over a pipe: it opens a page, clicks, and says what it shows."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.missing import missing

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_LAUNCHER = """
import os, sys
ends = [os.dup(int(number)) for number in sys.argv[1:3]]  # off 3 and 4, should they be those
for end, number in zip(ends, (3, 4)):
    os.dup2(end, number)
    os.set_inheritable(number, True)  # dup2 onto itself leaves it closed to whom is executed
os.execv(sys.argv[3], sys.argv[3:])
"""


def _program() -> str:
    """The path of the browser; skips the test where there is none, fails it in CI."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return found or missing("no Chromium is installed (Debian: apt install chromium)")


class Page:
    """One page. Commands are those of the DevTools protocol, which Chromium reads on 3 and answers on 4."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to = os.fdopen(to_browser, "wb", buffering=0)
        self._from = os.fdopen(from_browser, "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self.complaints: list[str] = []
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Loaded when it returns."""
        self._call("Page.navigate", url=url)
        self._await_event("Page.loadEventFired")

    def look_like(self, *, width: int, height: int, is_dark: bool = False) -> None:
        """The size of the window, and whether its owner likes it dark."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def click(self, selector: str, *, leads_on: bool = False) -> None:
        """Press and release the mouse in the middle of an element; where that `leads_on`, wait for the next page."""
        box = self.value(
            f"(() => {{const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            "return [r.x + r.width / 2, r.y + r.height / 2]})()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        if leads_on:
            self._await_event("Page.loadEventFired")

    def value(self, script: str) -> Any:
        """What a script comes to."""
        return self._call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key=key)

    def wait_for(self, script: str, seconds: float = 60) -> None:
        """Return as soon as a script comes to something true, which may be after pages have changed."""
        seen = (
            f"(() => {{ try {{ return {script} }} catch {{ return false }} }})()"  # what it asks may not be there yet
        )
        until = f"new Promise(ok => {{ const look = () => {seen} ? ok(true) : setTimeout(look, 20); look(); }})"
        late = f"new Promise(ok => setTimeout(() => ok(false), {seconds * 1000}))"
        waited = self._call(
            "Runtime.evaluate", expression=f"Promise.race([{until}, {late}])", awaitPromise=True, returnByValue=True
        )
        assert waited["result"].get("value") is True, f"never came: {script}\n{self.text}"

    @property
    def text(self) -> str:
        return str(self.value("document.body.innerText"))

    def picture(self, path: Path) -> None:
        """Write what it shows as a PNG."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self._call("Browser.close")
        for pipe in (self._to, self._from):
            pipe.close()

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                assert "error" not in heard, heard
                result: dict[str, Any] = heard["result"]
                return result

    def _await_event(self, name: str) -> None:
        while self._hear().get("method") != name:
            continue

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = self._from.read(65536)
            assert more, "the browser has ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        self._note_complaint(heard)
        return heard

    def _note_complaint(self, heard: dict[str, Any]) -> None:
        """Errors and warnings of the console, exceptions, and what was refused to load."""
        said = heard.get("params", {})
        match heard.get("method"):
            case "Log.entryAdded" if said["entry"]["level"] in ("error", "warning"):
                self.complaints.append(said["entry"]["text"])
            case "Runtime.consoleAPICalled" if said["type"] in ("error", "warning"):
                self.complaints.append(str([each.get("value") for each in said["args"]]))
            case "Runtime.exceptionThrown":
                self.complaints.append(said["exceptionDetails"]["text"])


@contextmanager
def running_browser() -> Iterator[Page]:
    """A browser with a profile of its own, both gone at the end; skips the test where it is not installed."""
    program = _program()
    with tempfile.TemporaryDirectory(prefix="nurture-chromium-", ignore_cleanup_errors=True) as profile:
        their_input, to_browser = os.pipe()
        from_browser, their_output = os.pipe()
        launcher = [sys.executable, "-c", _LAUNCHER, str(their_input), str(their_output)]
        process = subprocess.Popen(
            [*launcher, program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(their_input, their_output),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_input)
        os.close(their_output)
        try:
            page = Page(to_browser, from_browser)
            yield page
            page.close()
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()
