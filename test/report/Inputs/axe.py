"""axe.py AXE PAGE... - holds reports against the rules of axe-core, in headless Chromium: at 390 and 1,400 pixels, light and dark, folded
and unfolded. AXE is axe-core's axe.min.js (`tools/bootstrap --browser` fetches it). Each violation is one line with the first
elements that it concerns; the exit status says whether there was one.
"""

import os
import sys

import browser

WIDTHS = (390, 1400)
RUN = """axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(results => ({version: axe.version,
  passes: results.passes.length, violations: results.violations.map(v => v.id + ' (' + v.impact + '): ' + v.help + ': ' +
  v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 80)).join('; '))}))"""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        axe = file.read()
    chromium, count, runs, version, passes = browser.Browser(), 0, 0, "", 0
    for domain in ("Page", "Runtime"):
        chromium.call(f"{domain}.enable")
    for page in sys.argv[2:]:
        chromium.events.clear()
        chromium.call("Page.navigate", url="file://" + os.path.abspath(page))
        chromium.wait("Page.loadEventFired")
        chromium.run(axe + "; null")
        for isOpen in ("false", "true"):
            chromium.run(f"document.querySelectorAll('details').forEach(d => d.open = {isOpen})")
            for width in WIDTHS:
                for scheme in ("light", "dark"):
                    browser.resize(chromium, width, scheme)
                    result = chromium.run(RUN)
                    runs, version, passes = runs + 1, result["version"], passes + result["passes"]
                    for violation in result["violations"]:
                        count += 1
                        print(f"{os.path.basename(page)}, {width} pixels, {scheme}, open {isOpen}: {violation}")
    chromium.close()
    print(f"axe-core {version}, {runs} runs, {passes // max(runs, 1)} rules passed in each: {count} violations")
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
