"""One hardened parser a format, and no way out to the network: rules 18 and 19 of docs/security.md."""

from __future__ import annotations

from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_XML = ("xml.etree", "xml.dom", "xml.sax", "xml.parsers", "xmlrpc", "plistlib", "bs4", "html5lib")
_NETWORK = (
    "urllib.request", "http.client", "http.server", "requests", "httpx", "aiohttp", "urllib3", "smtplib", "imaplib",
    "poplib", "ftplib", "socket", "ssl", "socketserver",
)  # fmt: skip
_OPEN = {"huge_tree": True, "resolve_entities": True, "load_dtd": True, "dtd_validation": True, "no_network": False}


def parsers(source: Source) -> Iterator[Remark]:
    """Parsers of XML beside ours, or ours with its limits off."""
    for name, line in source.imports:
        if name.startswith(_XML) and not name.startswith("xml.sax.saxutils"):
            message = f"{name} reads entities and endless nesting; XML is read by core.data.xml, within limits."
            yield Remark(line, "xml", message)
        elif name.startswith("lxml") and not source.of_core:
            yield Remark(line, "xml", "An addon parses no XML; core.data reads data files, core.view reads views.")
    for called, call in source.calls():
        if last(called) in ("XMLParser", "HTMLParser", "iterparse", "XMLPullParser", "XSLT"):
            yield Remark(
                call.lineno, "xml", f"{last(called)} without core.kernel.xml_rules reads entities of strangers."
            )
        for keyword in call.keywords:
            if keyword.arg in _OPEN and constant(keyword.value) is _OPEN[keyword.arg]:
                yield Remark(
                    call.lineno, keyword.arg, f"{keyword.arg} opens a parser to files, networks or endless input."
                )


def network(source: Source) -> Iterator[Remark]:
    """Modules that connect to other machines: what people enter must not lead the server anywhere."""
    for name, line in source.imports:
        if name.startswith(_NETWORK) and not name.startswith("urllib.parse"):
            message = f"{name} connects to other machines: check that no text of a user says where to."
            yield Remark(line, name.partition(".")[0], message, "warning")
