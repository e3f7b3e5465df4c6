"""The pages as a site: what Sphinx is told (tools/site starts it).

The sources are README.md, CONTRIBUTING.md and docs/ as they stand, CommonMark that code hosts show as well; so nothing in
them is of Sphinx's own language, and their order is written here. A page that is not in the list is an error.
"""

project = "Cleave"
author = "the Cleave authors"
copyright = "the Cleave authors; Apache 2.0 with LLVM exceptions"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "README"
exclude_patterns = ["docs/site"]

# Links to headings are written as code hosts write them, and are checked.
myst_heading_anchors = 4
# What shows LLVM IR and shortened JSON is no whole text of its language.
suppress_warnings = ["misc.highlighting_failure"]
highlight_language = "none"
pygments_style = "default"
pygments_dark_style = "monokai"

html_theme = "furo"
html_title = "Cleave"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True, "top_of_page_button": None}

CHAPTERS = {
    "Using it": ["docs/tutorial", "docs/installing", "docs/report", "docs/reasons", "docs/checking", "docs/first-use"],
    "How it decides": ["docs/inference", "docs/reach", "docs/partition", "docs/facts"],
    "Where tasks run": ["docs/node-interface", "docs/bundle", "docs/workers", "docs/store", "docs/kernel"],
    "The project": ["docs/architecture", "docs/performance", "docs/fuzzing", "docs/dependencies", "docs/glossary",
                    "CONTRIBUTING"],
}  # fmt: skip


def addContents(app, page, source):
    if page == root_doc:
        for chapter, pages in CHAPTERS.items():
            lines = "\n".join(pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {chapter}\n\n{lines}\n```\n"


def setup(app):
    app.connect("source-read", addContents)
