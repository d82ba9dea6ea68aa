"""A stand-in for Solr on 127.0.0.1, which is in neither Debian nor PyPI: solr_server.py PORT SCHEMA.xml.

It keeps documents by id and answers look-ups by id or name and "all": what CKAN needs to make, show and change datasets. No search.
"""

import json
import re
import sys
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

DOCUMENTS: dict[str, dict] = {}


class Solr(BaseHTTPRequestHandler):
    def answer(self, content: dict | bytes, kind: str = "application/json") -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url = urlparse(self.path)
        if "schema" in url.path:
            return self.answer(Path(sys.argv[2]).read_bytes(), "text/xml")
        if "admin" in url.path:
            return self.answer({"responseHeader": {"status": 0}, "status": "OK"})
        return self.select(url.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlparse(self.path)
        if "update" not in url.path:
            return self.select(f"{url.query}&{body.decode()}")
        if "json" in self.headers.get("Content-Type", ""):
            found = json.loads(body or b"[]")
            for document in found if isinstance(found, list) else []:
                DOCUMENTS[document.get("index_id", document["id"])] = document
        elif body.strip():
            self.update(ET.fromstring(body))
        return self.answer({"responseHeader": {"status": 0, "QTime": 1}})

    def update(self, asked: ET.Element) -> None:
        if asked.tag == "delete":
            named = re.search(r'id:"?([\w-]+)', "".join(asked.itertext()))
            for key in [k for k, d in DOCUMENTS.items() if named and named[1] in (k, d.get("id"))]:
                del DOCUMENTS[key]
        for element in asked.findall("doc"):
            document: dict = {}
            for field in element.findall("field"):
                document.setdefault(field.get("name"), []).append(field.text)
            single = {k: v if len(v) > 1 else v[0] for k, v in document.items()}
            DOCUMENTS[single.get("index_id", single.get("id"))] = single

    def select(self, query: str) -> None:
        asked = {k: v[-1] for k, v in parse_qs(query).items()}
        found = list(DOCUMENTS.values())
        named = set(re.findall(r'(?:name|id):"?([\w-]+)"?', asked.get("q", "")))
        if named:
            found = [d for d in found if named & {d.get("id"), d.get("name")}]
        shown = found[: int(asked.get("rows", 10))]
        self.answer(
            {
                "responseHeader": {"status": 0, "QTime": 1},
                "response": {"numFound": len(found), "start": 0, "docs": shown},
                "facet_counts": {"facet_fields": {}, "facet_queries": {}},
                "highlighting": {},
            }
        )

    def log_message(self, *_: object) -> None: ...


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Solr).serve_forever()
