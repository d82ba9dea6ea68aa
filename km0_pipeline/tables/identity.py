"""What tells who somebody is, in texts: social security numbers, IBANs, dates of birth (STANDARDS R10).

Numbers count only where their key holds: NIR, 97 less the number modulo 97 (2A and 2B of Corsica are 19 and 18); IBAN, ISO 7064
modulo 97, each country's length. A year of birth counts only of a person: « Mme Exemple, née en 1980 », not « une association née en 1980 ».
Belongs here: the patterns and macros; `contacts` puts them to use.
"""

from __future__ import annotations

from km0_pipeline.sql import literal

_NIR = r"\b[12][ .]?[0-9]{2}[ .]?(?:0[1-9]|1[0-2]|[2-9][0-9])[ .]?(?:2[AB]|[0-9]{2})[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{2}\b"
_LENGTHS = {
    16: "BE", 18: "NL|DK|FI", 20: "LU|AT|EE|LT", 21: "CH|LI|LV|HR", 22: "DE|GB|IE|BG", 24: "ES|CZ|SE|SK|RO", 25: "PT", 27: "FR|IT|MC|GR|SM", 28: "PL|HU|CY",
}  # fmt: skip
_IBAN = rf"\b(?:{'|'.join(f'(?:{countries})[0-9]{{2}}(?:[ .-]?[0-9A-Z]){{{n - 4}}}' for n, countries in _LENGTHS.items())})\b"
_MONTH = "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|januar|februar|märz|april|juni|juli|august|oktober|dezember"
_DAY = rf"[0-9]{{1,2}}(?:er|\.)?(?: ?(?:{_MONTH}) ?|[ /.-]{{1,2}}[0-9]{{1,2}}[ /.-]{{1,2}})(?:19|20)?[0-9]{{2}}\b"
BIRTH = (
    rf"(?i:\b(?:n[ée]e?(?:\(e\))? (?:(?:à|au|aux|en) [^,.;\n]{{1,40}} )?le|geboren am|date de naissance ?:?|geburtsdatum ?:?) {_DAY})"
    rf"|(?:\b(?:M\.|Mme|Madame|Monsieur|Il|Elle|il|elle)\b[^.;\n]{{0,50}}?|\b[A-ZÀ-Þ][a-zà-ÿ-]+ [A-ZÀ-Þ][A-Za-zÀ-ÿ'-]+,? )(?:est )?n[ée]e? en (?:19[0-9]{{2}}|200[0-9])\b"
)
"""Pattern of a date of birth."""
SIGNS = r"[A-Z]{2}[0-9]{2}[ .-]?[0-9A-Z]{2}|(?i:n[ée]e?(?:\(e\))? (?:le|en|à|aux?) |geboren am|naissance|geburtsdatum)"
"""What an IBAN and a date of birth do not lack; a NIR has fifteen digits."""

IDENTITY_SQL = f"""
create or replace temp macro nir_holds(n) as
    97 - try_cast(replace(replace(left(regexp_replace(n, '[^0-9AB]', '', 'g'), 13), '2A', '19'), '2B', '18') as bigint) % 97 = try_cast(right(n, 2) as bigint);
create or replace temp macro iban_digits(i) as list_transform(
    string_split(substr(regexp_replace(i, '[^0-9A-Z]', '', 'g'), 5) || left(i, 4), ''), lambda c: case when c between '0' and '9' then ascii(c) - 48 else ascii(c) - 55 end);
create or replace temp macro iban_holds(i) as list_reduce(iban_digits(i), lambda a, d: case when d > 9 then (a * 100 + d) % 97 else (a * 10 + d) % 97 end) = 1;
create or replace temp macro numbers_withheld(x) as list_reduce(
    list_prepend(x, list_concat(
        list_filter(regexp_extract_all(x, {literal(_IBAN)}), lambda i: iban_holds(i)), list_filter(regexp_extract_all(x, {literal(_NIR)}), lambda n: nir_holds(n))
    )), lambda a, b: replace(a, b, '[…]'));
"""
"""DuckDB macro `numbers_withheld(x)`: a text without its NIRs and IBANs."""
