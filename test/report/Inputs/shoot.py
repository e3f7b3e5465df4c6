"""shoot.py PAGE PICTURE WIDTH HEIGHT light|dark [--from SELECTOR] [--open SELECTOR] - makes one of the pictures in docs/images: the page in
headless Chromium, from its top or from the first element that SELECTOR finds, with what --open finds unfolded."""

import argparse
import base64
import json
import os

import browser

parser = argparse.ArgumentParser()
parser.add_argument("page")
parser.add_argument("picture")
parser.add_argument("width", type=int)
parser.add_argument("height", type=int)
parser.add_argument("scheme", choices=("light", "dark"))
parser.add_argument("--from", dest="start")
parser.add_argument("--open", dest="opened")
options = parser.parse_args()
chromium = browser.Browser()
chromium.call("Page.enable")
browser.resize(chromium, options.width, options.scheme)
chromium.call("Page.navigate", url="file://" + os.path.abspath(options.page))
chromium.wait("Page.loadEventFired")
if options.opened:
    chromium.run(f"document.querySelectorAll({json.dumps(options.opened)}).forEach(d => d.open = true)")
chromium.run(browser.FRAMES)
top = chromium.run(f"document.querySelector({json.dumps(options.start)}).getBoundingClientRect().top") if options.start else 0
clip = {"x": 0, "y": top, "width": options.width, "height": options.height, "scale": 1}
image = chromium.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
chromium.close()
with open(options.picture, "wb") as file:
    file.write(base64.b64decode(image))
