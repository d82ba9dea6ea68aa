"""Files that mean harm, each made by a small generator: none is kept in the repository, where a scanner or a mail would stumble over it.

`PRESS` and `REGISTRIES` give for each its name, its bytes (or what makes it at a path) and the reason it is refused with: '' where it is
read and must do no harm, `*` where the parser decides which.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Make = bytes | Callable[[Path], object]
TEXT = "L'association fictive Les Pommes bleues ouvre un atelier de réparation dans la commune voisine, « à côté »."
NOTE = f"Bonne note\n2024-05-02\n\n{TEXT}\n"
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 \"ha\">" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
STEALS = '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'
LONG = 300


def archive(parts: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed, compresslevel=1) as z:
        for name, content in parts.items():
            z.writestr(zipfile.ZipInfo(name), content, packed, 1)
    return out.getvalue()


def zeros(megabytes: int, wrapped: bytes = b"") -> bytes:
    """So many blanks as raw deflate, a thousandth of their size, without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(wrapped) + b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


def lying(data: bytes, size: int = 10) -> bytes:
    """An archive that says each of its parts unpacks to `size` bytes."""
    out, at = bytearray(data), data.find(b"PK\x01\x02")
    while at >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", size)
        local = struct.unpack("<I", out[at + 42 : at + 46])[0]
        out[local + 22 : local + 26] = struct.pack("<I", size)
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(out)


def flagged(data: bytes, at: int, value: int) -> bytes:
    """An archive in whose directory the word `at` bytes into each entry is `value`."""
    out, n = bytearray(data), data.find(b"PK\x01\x02")
    while n >= 0:
        out[n + at : n + at + 2] = struct.pack("<H", value)
        n = data.find(b"PK\x01\x02", n + 1)
    return bytes(out)


def word(body: str = f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>", head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    xml = f'{head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": xml.encode(), **(more or {})})


def said(body: str, head: str = "") -> bytes:
    return word(f"<w:p><w:r><w:t>{body}</w:t></w:r></w:p>", head)


def page(body: str = f"<p>{TEXT * 3}</p>", head: str = "") -> bytes:
    return f"<html><head><meta charset='utf-8'>{head}</head><body><article>{body}</article></body></html>".encode()


def document(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj %s endobj\n" % (n, content)
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, trailer, len(out),
    )  # fmt: skip


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


CATALOG, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"


def pdf(content: bytes, more: bytes = b"", objects: tuple[bytes, ...] = (), catalog: bytes = CATALOG) -> bytes:
    """A PDF of one page that draws `content` (object 4); `objects` are those from 5 on."""
    drawn = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<%s/XObject<</X 5 0 R>>>>>>" % FONT
    return document([catalog, PAGES, drawn, stream(content, more), *objects])


SHOWN = b"BT /F 12 Tf 60 700 Td (" + TEXT.replace("«", "").replace("»", "").encode("latin-1") + b") Tj ET"


def mail(body: bytes = TEXT.encode(), kind: bytes = b"text/plain; charset=utf-8", more: bytes = b"") -> bytes:
    return (
        b"From: Presse <presse@atelier-fictif.example>\nSubject: Un atelier\nDate: Thu, 02 May 2024 10:00:00 +0000\nMIME-Version: 1.0\n"
        + more + b"Content-Type: " + kind + b"\n\n" + body
    )  # fmt: skip


def attached(name: bytes, content: bytes = NOTE.encode()) -> bytes:
    part = b"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=" + name + b"\n\n" + content
    return mail(b"--b\nContent-Type: text/plain; charset=utf-8\n\nVoici. " + TEXT.encode() + b"\n" + part + b"\n--b--\n", b"multipart/mixed; boundary=b")


def multiparts(levels: int) -> bytes:
    opened = b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(levels))
    return mail(opened + b"--b%d\n\nfin\n" % levels, b"multipart/mixed; boundary=b0")


def sparse(head: bytes, size: int) -> Callable[[Path], object]:
    """A file that begins with `head` and is `size` bytes long, which take no room on the disk."""

    def make(path: Path) -> None:
        path.write_bytes(head)
        os.truncate(path, size)

    return make


def leads_to(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


PRESS: dict[str, tuple[str, Make, str]] = {
    "a Word file that unpacks to far more than it says": ("a.docx", lying(word(" " * 2_000_000)), "damaged"),
    "a Word file of a part that is a bomb": ("b.docx", lambda p: p.write_bytes(archive({"word/document.xml": b" " * 101_000_000})), "too_large"),
    "a Word file whose entities are a billion laughs": ("c.docx", said("&a11;", LAUGHS), "*"),
    "a Word file that asks for a file of this machine": ("d.docx", said("&a11;", STEALS), "no_text"),
    "a Word file that asks a server for its DTD": ("e.docx", word(head='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), ""),
    "a Word file of 100,000 levels": ("f.docx", word("<w:p>" * 100_000 + "</w:p>" * 100_000), "damaged"),
    "a Word file whose parts are named to leave the archive": ("g.docx", word(more={"../../../../tmp/km0-evil": b"x", "/etc/km0-evil": b"x"}), ""),
    "a Word file with macros and objects that run": ("h.docm", word(more={"word/vbaProject.bin": b"x", "word/embeddings/a.exe": b"MZ"}), "macros"),
    "a Word file packed in a way that nobody knows": ("i.docx", flagged(word(), 10, 99), "damaged"),
    "a Word file that says its parts are encrypted": ("j.docx", flagged(word(), 8, 1), "*"),
    "a Word file of 5,000 parts": ("k.docx", lambda p: p.write_bytes(word(more={f"x{n}": b"" for n in range(5_000)})), ""),
    "a PDF whose pages hold each other": ("a.pdf", document([CATALOG, b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"]), "*"),
    "a PDF whose lists of contents follow each other in a circle": ("b.pdf", document([CATALOG, PAGES], b"/Prev 9"), "*"),
    "a PDF whose picture draws itself": ("c.pdf", pdf(b"/X Do " + SHOWN, objects=(stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"),)), ""),
    "a PDF of which a page unpacks to 100 MB": ("d.pdf", lambda p: p.write_bytes(pdf(b"x\x9c" + zeros(100), b"/Filter/FlateDecode")), "*"),
    "a PDF packed a hundred times": ("e.pdf", pdf(b"x", b"/Filter[" + b"/FlateDecode" * 100 + b"]"), "*"),
    "a PDF that runs a program when it is opened": ("f.pdf", pdf(SHOWN, catalog=b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(/bin/sh)>>/AA<</WC<</S/JavaScript/JS(app.launchURL\\(1\\))>>>>>>"), ""),
    "a PDF that says it has two thousand million pages": ("g.pdf", document([CATALOG, b"<</Type/Pages/Count 2000000000/Kids[]>>"]), "*"),
    "a PDF of 20,000 brackets in brackets": ("h.pdf", pdf(b"[" * 20_000 + SHOWN), "*"),
    "a PDF whose stream has a length below nothing": ("i.pdf", pdf(SHOWN).replace(b"<</Length ", b"<</Length -"), "*"),
    "a message of 1,050 multiparts in each other": ("a.eml", multiparts(1050), "nested"),
    "a message whose attachment is named to leave its folder": ("b.eml", attached(b'"../../../../tmp/km0-evil.txt"'), ""),
    "a message whose attachment hides its ending": ("c.eml", attached("\"note\u202etxt.exe\"".encode()), "unknown_format"),
    "a message whose attachment is a bomb": ("d.eml", attached(b"a.docx", b"PK\x03\x04" + bytes(50)), "damaged"),
    "a message whose header has a million words": ("e.eml", mail(more=b"To: " + b"a b, " * 200_000 + b"\n"), ""),
    "a message in an encoding that is none": ("f.eml", mail(kind=b"text/plain; charset=zlib"), ""),
    "a message whose encoding takes the square of its length": ("g.eml", mail(TEXT.encode() * 2000 + b"-" + b"a" * 50_000, b"text/plain; charset=punycode"), ""),
    "a message whose date no calendar has": ("h.eml", mail().replace(b"02 May 2024", b"99 Xyz 999999"), "undated"),
    "a message whose sender is broken": ("i.eml", mail(more=b"From: =?utf-8?Q?=FF?= <<<@@>\nFrom: \"\\\n"), ""),
    "front matter that doubles itself sixty times": ("a.md", ("---\na0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)) + f"---\n{TEXT}\n").encode(), "undated"),
    "front matter of 5,000 brackets": ("b.md", b"---\na: " + b"[" * 5_000 + b"\n---\n" + TEXT.encode(), "front_matter"),
    "front matter that makes an object": ("c.md", f"---\ntitle: !!python/object/apply:os.system ['touch /tmp/km0-evil']\n---\n{NOTE}".encode(), ""),
    "front matter whose title runs in a browser": ("d.md", f"---\ntitle: <script>alert(1)</script>\nurl: javascript:alert(1)\npublished: 2024-05-02\n---\n{TEXT}\n".encode(), ""),
    "a page of 100,000 levels": ("a.html", page("<div>" * 100_000 + f"<p>{TEXT}</p>"), "*"),
    "a page whose metadata are 100,000 levels deep": ("b.html", page(head="<script type='application/ld+json'>" + "[" * 100_000 + "</script>"), ""),
    "a page that says its address is a script": ("c.html", page(head="<link rel=canonical href='javascript:alert(1)'><meta property='og:url' content='data:text/html,x'>"), ""),
    "a page in an encoding that hides its marks": ("d.html", page().replace(b"utf-8", b"utf-7"), ""),
    "a page of one mark with 5,000 attributes": ("e.html", page(f"<p {' '.join(f'a{n}=1' for n in range(5_000))}>{TEXT * 3}</p>"), ""),
    "a text of 60 MB of nothing": ("a.txt", sparse(b"", 60_000_000), "too_large"),
    "a text of one word of a million letters": ("b.txt", b"a" * 1_000_000, "too_long"),
    "a text that runs from right to left and back": ("c.txt", f"\u202eNote\u202c\n2024-05-02\n\n{TEXT}\u2066\u200f\ufeff\n".encode(), ""),
    "a text of a letter with 50,000 accents": ("d.txt", f"{NOTE} e{chr(0x301) * 50_000}".encode(), ""),
    "a text of characters that are none": ("e.txt", f"{NOTE}\ufffe\uffff\U000e0041\x00".encode(), "binary"),
    "a text whose letters are halves": ("f.txt", NOTE.encode() + b"\xed\xa0\x80\xed\xb0\x80", ""),
    "a text packed by gzip": ("g.txt", gzip.compress(NOTE.encode(), mtime=0), "binary"),
    "a link to a file of this machine": ("h.txt", leads_to("/etc/passwd"), "outside"),
    "a file named in bytes that are no text": (os.fsdecode(b"caf\xe9.txt"), NOTE.replace("Bonne", "Sixième").encode(), "bad_name"),
    "a file named as a command": ("$(touch km0-evil);'\"--x.txt", NOTE.replace("Bonne", "Troisième").encode(), ""),
    "a file named as markup, on two lines": ("<img src=x onerror=alert(1)>\n.txt", NOTE.replace("Bonne", "Quatrième").encode(), ""),
}  # fmt: skip


def book(sheet: str, more: dict[str, bytes] | None = None, shared: str = "", head: str = "") -> bytes:
    spaces = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    rels = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    return archive({
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": rels.format(f'<Relationship Id="a" Type="{kind}officeDocument" Target="xl/workbook.xml"/>').encode(),
        "xl/workbook.xml": f'{head}<workbook {spaces}><sheets><sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": rels.format(f'<Relationship Id="a" Type="{kind}worksheet" Target="worksheets/a.xml"/><Relationship Id="b" Type="{kind}sharedStrings" Target="sharedStrings.xml"/>').encode(),
        "xl/sharedStrings.xml": f"<sst {spaces}>{shared}</sst>".encode(),
        "xl/worksheets/a.xml": f"{head}<worksheet {spaces}><sheetData>{sheet}</sheetData></worksheet>".encode(), **(more or {}),
    })  # fmt: skip


def cell(at: str, words: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{words}</t></is></c>'


ROWS = f'<row r="1">{cell("A1", "Nom")}{cell("B1", "Ville")}</row><row r="2">{cell("A2", "Atelier Fictif")}{cell("B2", "Colmar")}</row>'


def table(attributes: str) -> bytes:
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    row = f'<table:table-row {attributes}><table:table-cell office:value-type="string" {attributes.replace("rows", "columns")}><text:p>Nom</text:p></table:table-cell></table:table-row>'
    return archive({
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        "content.xml": f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="A">{row}</table:table></office:spreadsheet></office:body></office:document-content>'.encode(),
    }, zipfile.ZIP_STORED)  # fmt: skip


def columnar(content: pa.Table) -> Callable[[Path], object]:
    return lambda path: pq.write_table(content, path)


def repeated(rows: int) -> Callable[[Path], object]:
    """A few kilobytes of Parquet that say the same long word so many times."""
    word = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), ["Atelier Fictif " * 2000])

    def make(path: Path) -> None:
        with pq.ParquetWriter(path, pa.schema([("nom", word.type)]), compression="zstd") as writer:
            for _ in range(rows // 1000):
                writer.write_table(pa.table({"nom": word}))

    return make


def broken(content: bytes, at: int) -> bytes:
    return content[:at] + bytes(b ^ 0x5A for b in content[at : at + 40]) + content[at + 40 :]


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"nom": ["Atelier Fictif"] * LONG}), out)
    return out.getvalue()


CSV = "Nom;Ville\nAtelier Fictif;Colmar\n"
REGISTRIES: dict[str, tuple[str, Make, str]] = {
    "a line of 20 MB": ("a.csv", lambda p: p.write_bytes(CSV.encode() + b"x" * 20_000_000 + b"\nForge Fictive;Orbey\n"), "ragged_row"),
    "20 MB of nothing after the rows": ("b.csv", sparse((CSV + "Forge Fictive;Orbey\n" * 80_000).encode(), 20_000_000), "ragged_row"),
    "ten million columns": ("c.csv", lambda p: p.write_bytes(b";".join([b"Nom"] * 10_000_000) + b"\n"), "too_wide"),
    "a quotation mark before 50,000 lines": ("d.csv", ('Nom;Ville\n"Atelier;Colmar\n' + "Forge Fictive;Orbey\n" * 50_000).encode(), "ragged_row"),
    "50,000 quotation marks that never close": ("e.csv", ("Nom;Ville\n" + '"Forge;Orbey\n' * 50_000).encode(), ""),
    "a cell of two million letters": ("f.csv", f"{CSV}{'x' * 2_000_000};Orbey\n".encode(), "*"),
    "text that is packed": ("g.csv", gzip.compress(CSV.encode() * 9, mtime=0), "*"),
    "names that are formulas": ("h.csv", b"Nom;Ville\n=HYPERLINK(\"http://evil.example\",\"a\");Colmar\n+cmd|' /C calc'!A0;Colmar\n@SUM(1+1)*cmd;Colmar\n", ""),
    "names that are markup, or SQL": ("i.csv", b"Nom;Ville\n<script>alert(1)</script> SAS;Colmar\n\"'); drop table rows; --\";Colmar\n", ""),
    "headers that are SQL": ("j.csv", b"Nom;x' || (select 1) || ';a\"b\nAtelier Fictif;1;2\n", ""),
    "names that read backwards": ("k.csv", "Nom;Ville\nAtelier \u202eevitciF\u202c;Colmar\nFor\u200bge\u2066 Fictive\u2069;Colmar\n".encode(), ""),
    "a name of a letter with 9,000 accents": ("l.csv", f"Nom;Ville\ne{chr(0x301) * 9000};Colmar\n".encode(), "not_a_name"),
    "numbers that no number holds": ("m.csv", f"Nom;Effectif;Surface\nAtelier Fictif;{'9' * 5000};1e999999\n".encode(), "bad_number"),
    "a workbook of a cell at the last place there is": ("a.xlsx", book(f'{ROWS}<row r="1048576">{cell("XFD1048576", "x")}</row>'), "*"),
    "a workbook of 300,000 words": ("c.xlsx", lambda p: p.write_bytes(book(ROWS, shared="<si><t>aaaaaaaaaaaaaaaa</t></si>" * 300_000)), ""),
    "a workbook whose entities are a billion laughs": ("d.xlsx", book(f'<row r="1">{cell("A1", "Nom")}{cell("B1", "&a11;")}</row>', head=LAUGHS), "*"),
    "a workbook that asks for a file of this machine": ("e.xlsx", book(f'<row r="1">{cell("A1", "Nom")}{cell("B1", "&a11;")}</row>', head=STEALS), "*"),
    "a workbook whose parts are named to leave it": ("f.xlsx", book(ROWS, {"../../km0-evil": b"x", "xl/vbaProject.bin": b"x"}), ""),
    "a workbook of which a sheet lies outside": ("g.xlsx", book(ROWS).replace(b"worksheets/a.xml", b"../../../etc/a.x"), "*"),
    "a workbook of cells where none can be": ("h.xlsx", book(f'<row r="0">{cell("A0", "Nom")}{cell("ZZZZZZZZ1", "x")}{cell("A99999999999", "x")}</row>'), "*"),
    "a workbook of 20,000 merged cells, each the whole sheet": ("i.xlsx", book(ROWS + "</sheetData><mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells><sheetData>"), ""),
    "a workbook of macros": ("j.xlsm", book(ROWS.replace("Atelier", "Moulin"), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 99}), ""),
    "an old workbook whose parts follow each other in a circle": ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6) + struct.pack("<9I", 0, 1, 0, 0, 4096, 0, 1, 0, 1) + struct.pack("<109I", *[0] * 109) + bytes(512), "*"),
    "a table repeated to the last row and column": ("a.ods", table('table:number-rows-repeated="1048576"'), "*"),
    "a table repeated more often than can be counted": ("b.ods", table('table:number-rows-repeated="99999999999999999999"'), "*"),
    "100,000 brackets": ("a.json", b"[" * 100_000, "bad_json"),
    "100,000 objects in each other": ("b.json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "bad_json"),
    "an object of 200,000 keys": ("c.json", lambda p: p.write_text("[{" + ",".join(f'"k{n}":1' for n in range(200_000)) + "}]"), "too_wide"),
    "numbers of a million digits, and none": ("d.json", b'[{"nom": "Four Fictif", "effectif": ' + b"9" * 1_000_000 + b', "surface": NaN}]', "bad_number"),
    "halves of letters": ("e.json", b'[{"nom": "\\ud800"}, {"nom": "Scierie Fictive"}]', "bad_encoding"),
    "Parquet of which the same word is said a hundred thousand times": ("a.parquet", repeated(100_000), "*"),
    "Parquet whose pages are broken": ("b.parquet", broken(parquet(), 30), "bad_parquet"),
    "Parquet whose footer is broken": ("c.parquet", broken(parquet(), len(parquet()) - 120), "bad_parquet"),
    "Parquet of 3,000 columns": ("d.parquet", columnar(pa.table({f"c{n}": ["x"] for n in range(3000)})), "too_wide"),
    "a link to another file of this machine": ("n.csv", leads_to("/etc/passwd"), "outside"),
    "a registry named in bytes that are no text": (os.fsdecode(b"caf\xe9.csv"), CSV.replace("Atelier", "Tuilerie").encode(), "bad_name"),
    "a registry named as SQL": ("'); drop table rows; --*.csv", CSV.replace("Atelier", "Verrerie").encode(), ""),
}  # fmt: skip
