"""Check an HTML report: retrysim_html.py PAGE [TEXT...]

Tags nest and close, ids are unique and links lead to one, headings are in
order, nothing is loaded and no attribute is a script or a style, the hashes in
the Content-Security-Policy are those of the style sheet and the script, and the
visible text has each TEXT. Prints what is wrong, and exits with 1.
"""
# SPDX-License-Identifier: MIT
import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "wbr", "input", "link", "img"}
ELEMENTS = set(
    "html head meta title style body a header h1 h2 h3 h4 p nav ul ol li main "
    "section article span div table caption thead tbody tr th td small footer "
    "dl dt dd code strong em script figure figcaption details summary svg g "
    "path rect line circle polygon polyline text tspan desc title defs use "
    "br hr wbr pattern marker clippath lineargradient stop".split())


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.ids, self.links = [], [], set(), set()
        self.heading, self.text = 0, []
        self.raw = {"style": [], "script": []}

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.wrong.append(f"element {tag}")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcset"):
                self.wrong.append(f"attribute {name} of {tag}")
            if name in ("href", "xlink:href"):
                if not (value or "").startswith("#"):
                    self.wrong.append(f"link to {value}")
                self.links.add(value[1:])
            if name in ("aria-labelledby", "aria-describedby"):
                self.links.update(value.split())
            if name == "id":
                if value in self.ids:
                    self.wrong.append(f"id {value} twice")
                self.ids.add(value)
        if re.fullmatch("h[1-6]", tag):
            if int(tag[1]) > self.heading + 1:
                self.wrong.append(f"{tag} below h{self.heading}")
            self.heading = int(tag[1])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)
        else:
            self.text.append(data)


def main():
    data = open(sys.argv[1], "rb").read()
    page = Page()
    page.feed(data.decode("utf-8"))
    page.close()
    wrong = page.wrong
    if page.open:
        wrong.append(f"not closed: {page.open}")
    wrong += [f"no id {link}" for link in page.links - page.ids]
    policy = re.search(rb'"Content-Security-Policy" content="([^"]*)"', data)
    policy = policy.group(1).decode() if policy else ""
    if "default-src 'none'" not in policy:
        wrong.append("no default-src 'none'")
    for kind, texts in page.raw.items():
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest())
                  .decode() for text in texts]
        directive = re.search(kind + "-src ([^;]*)", policy)
        allowed = directive.group(1).split() if directive else []
        if sorted(allowed) != sorted(f"'sha256-{hash}'" for hash in hashes):
            wrong.append(f"{kind}: {hashes} is not {allowed}")
    if re.search(rb"url\(|@import|https?://(?!www\.w3\.org/)",
                 b"".join(t.encode() for k in page.raw for t in page.raw[k])):
        wrong.append("something would be loaded")
    for bad in range(32):
        if bad not in (9, 10) and bytes([bad]) in data:
            wrong.append(f"byte {bad}")
    text = "".join(page.text)
    wrong += [f"no text {want!r}" for want in sys.argv[2:] if want not in text]
    print("\n".join(f"# {line}"[:300] for line in wrong), end="\n" * bool(wrong))
    return bool(wrong)


sys.exit(main())
