"""browser.py PAGE [--screenshots FOLDER] - opens a report in headless Chromium and uses it as people do.

Chromium is spoken to over its DevTools pipe (file descriptors 3 and 4, JSON ended by a zero byte), so nothing but Chromium
is needed. At each width, light and dark: nothing is wider than the window, nothing is said on the console, nothing is asked
of any network. Then: links lead to what they name and open it, filters hide what they say, the timeline zooms by button and
key, each control has a name, text has the contrast that WCAG 2.1 AA asks for, and printing opens what is closed. Each
finding is one line; the exit status says whether there was one.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

WIDTHS = (390, 768, 1400)


class Browser:
    def __init__(self):
        toBrowser, ours = os.pipe()
        theirs, fromBrowser = os.pipe()
        self.profile = tempfile.TemporaryDirectory()

        def connect():
            os.dup2(toBrowser, 100), os.dup2(fromBrowser, 101)  # out of the way of 3 and 4 first
            os.dup2(100, 3), os.dup2(101, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        os.close(toBrowser), os.close(fromBrowser)
        self.write, self.read = ours, theirs
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def message(self):
        while b"\0" not in self.buffer:
            data = os.read(self.read, 1 << 20)
            if not data:
                raise SystemExit("chromium ended")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.write, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, name, text=None):
        codes = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowLeft": 37}
        more = {"windowsVirtualKeyCode": codes.get(name, ord(name[0]))}
        if text:
            more["text"] = text
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name, **more)

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except SystemExit:
            pass
        self.process.wait(timeout=20)
        self.profile.cleanup()


FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"

# Elements whose own box sticks out of the window; what scrolls inside of a region of its own may.
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.drawing > *, pre > *, .skip') &&
  e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + '.' + e.className).slice(0, 3)"""

NAMELESS = """[...document.querySelectorAll('a[href], button, summary, input, [tabindex="0"], [role=img]')].filter(e => {
  const labelled = e.getAttribute('aria-label') || (e.labels && e.labels.length && e.labels[0].textContent) || e.textContent;
  return !labelled.trim(); }).map(e => e.outerHTML.slice(0, 80))"""

BROKEN_LINKS = """[...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
  .filter(id => !document.getElementById(id))"""

TWICE = """(() => { const seen = {}; for (const e of document.querySelectorAll('[id]')) seen[e.id] = (seen[e.id] || 0) + 1;
  return Object.keys(seen).filter(id => seen[id] > 1); })()"""

HEADINGS = """(() => { let last = 0; const wrong = []; for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
  const level = +h.tagName[1]; if (level > last + 1) wrong.push(h.textContent); last = level; } return wrong; })()"""

# WCAG 2.1, relative luminance and contrast; 4.5 for text, 3 for large text.
CONTRAST = """(() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = c => { const f = c.slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; }
    return [255, 255, 255]; };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    if (e.closest('svg, script, style, .skip')) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(behind(e));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) bad.add(e.tagName + '.' + e.className + ' ' + contrast.toFixed(2));
  }
  return [...bad].slice(0, 5); })()"""


def resize(browser, width, scheme):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    browser.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.run(FRAMES)


def main():
    page, screenshots = sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None
    findings = []

    def expect(isTrue, what):
        if not isTrue:
            findings.append(what)

    browser = Browser()
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(f"{domain}.enable")

    resize(browser, 1400, "light")
    url = "file://" + os.path.abspath(page)
    start = time.monotonic()
    browser.call("Page.navigate", url=url)
    browser.wait("Page.loadEventFired")
    browser.run(FRAMES)
    seconds = time.monotonic() - start

    def shoot(name):
        if screenshots:
            size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 8000), "scale": 1}
            image = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
            os.makedirs(screenshots, exist_ok=True)
            with open(os.path.join(screenshots, name + ".png"), "wb") as file:
                file.write(base64.b64decode(image))

    def checkLook(name):
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                resize(browser, width, scheme)
                over = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                expect(over <= 0, f"{name}: {over} pixels too wide at {width}: {browser.run(TOO_WIDE)}")
                for bad in browser.run(CONTRAST):
                    expect(False, f"{name}: contrast of {bad} ({scheme})")
                if width != 768:
                    shoot(f"{name}-{width}-{scheme}")
        resize(browser, 1400, "light")

    # The keyboard: the first stop is the way past the links.
    browser.key("Tab")
    expect(browser.run("document.activeElement.className") == "skip", "the first stop of the Tab key is not the skip link")
    browser.run("document.activeElement.blur()")

    checkLook("closed")
    for script, what in ((NAMELESS, "no name"), (BROKEN_LINKS, "leads nowhere"), (TWICE, "id twice"), (HEADINGS, "level skipped")):
        for found in browser.run(script):
            expect(False, f"{what}: {found}")
    expect(browser.run("document.documentElement.lang && document.title"), "no language or title")

    # A link to a place opens it, by itself.
    for anchor in browser.run("[...document.querySelectorAll('.why[id], .reason > div[id]')].map(e => e.id).slice(0, 40)"):
        browser.run(f"document.querySelectorAll('details').forEach(d => d.open = false); location.hash = {json.dumps(anchor)}")
        browser.run(FRAMES)
        isSeen = browser.run(f"(() => {{ const e = document.getElementById({json.dumps(anchor)}); return e.checkVisibility() && "
                             "e.closest('details').open; })()")  # fmt: skip
        expect(isSeen, f"the link to {anchor} does not open it")
    browser.run("location.hash = ''")

    # A mark opens by Enter.
    if browser.run("!!document.querySelector('.mark')"):
        browser.run("document.querySelectorAll('details').forEach(d => d.open = false); "
                    "[...document.querySelectorAll('.mark')].find(e => e.checkVisibility()).firstElementChild.focus()")  # fmt: skip
        browser.key("Enter", "\r")
        expect(browser.run("document.activeElement.parentElement.open"), "Enter does not open a mark")

    visible = "[...document.querySelectorAll('.mark.%s')].filter(e => e.checkVisibility()).length"
    for chosen, other in (("taken", "refused"), ("refused", "taken")):
        browser.run(f"document.getElementById('show-{chosen}').click()")
        browser.run(FRAMES)
        expect(browser.run(visible % other) == 0, f"'{chosen}' shows what is {other}")
        expect(browser.run(visible % f"{chosen}:not(.inside)") == browser.run(
            f"document.querySelectorAll('.mark.{chosen}:not(.inside)').length"), f"'{chosen}' hides what it should show")  # fmt: skip
    browser.run("document.getElementById('show-all').click()")
    inside = browser.run("document.querySelectorAll('.mark.inside').length")
    expect(browser.run(visible % "inside") == 0, "what is inside of tasks is shown unasked")
    browser.run("document.getElementById('show-inside').click()")
    browser.run(FRAMES)
    expect(browser.run(visible % "inside") == inside, "what is inside of tasks is not shown when asked")

    if browser.run("!!document.getElementById('lanes')"):
        shown = "document.getElementById('window').textContent"
        painted = """(() => { const c = document.getElementById('lanes'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; })()"""
        expect(browser.run(painted) > 0, "the timeline is empty")
        whole = browser.run(shown)
        browser.run("document.querySelector('[data-do=in]').click()")
        browser.run(FRAMES)
        near = browser.run(shown)
        expect(near != whole, "the button does not zoom")
        browser.run("document.getElementById('lanes').focus()")
        browser.key("ArrowRight")
        browser.run(FRAMES)
        expect(browser.run(shown) != near, "the arrow key does not move")
        browser.key("0", "0")
        browser.run(FRAMES)
        expect(browser.run(shown) == whole, "0 does not show the whole run")
        start = time.monotonic()
        for _ in range(10):
            browser.run("document.querySelector('[data-do=in]').click()")
            browser.run(FRAMES)
        for _ in range(10):
            browser.run("document.querySelector('[data-do=out]').click()")
            browser.run(FRAMES)
        print(f"zoomed 20 times in {time.monotonic() - start:.2f} s")

    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    checkLook("open")
    browser.run("document.querySelectorAll('details').forEach(d => d.open = false); dispatchEvent(new Event('beforeprint'))")
    expect(browser.run("document.querySelectorAll('details:not([open])').length") == 0, "printing leaves details closed")
    browser.run("dispatchEvent(new Event('afterprint'))")
    expect(browser.run("document.querySelectorAll('details[open]').length") == 0, "printing leaves details open")
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"])
    expect(pdf.startswith(b"%PDF"), "it cannot be printed")
    if screenshots:
        with open(os.path.join(screenshots, "print.pdf"), "wb") as file:
            file.write(pdf)

    for event in browser.events:
        method, parameters = event.get("method"), event.get("params", {})
        if method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            expect(False, f"console: {json.dumps(parameters)[:300]}")
        if method == "Network.requestWillBeSent":
            asked = parameters["request"]["url"]
            expect(asked.split("#")[0] == url or asked.startswith("data:"), f"asks for {asked}")
    browser.close()
    print(f"opened in {seconds:.2f} s")
    for finding in findings:
        print("FINDING", finding)
    print(len(findings), "findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
