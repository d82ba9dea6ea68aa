"""Codes of the register in words, and which nomenclature a code is of.

A code of activity means nothing without its nomenclature: NAF Rev. 2 and NAF 2025 share their form, and some codes. From January 2027
on the main activity is of NAF 2025.

Belongs here: code lists of INSEE, in our own words where they are words. https://www.insee.fr/fr/information/2028129 (legal categories).
"""

from __future__ import annotations

from km0_pipeline import claims
from km0_pipeline.sql import literal

SIZE_BANDS = dict(zip(("00", "01", "02", "03", "11", "12", "21", "22", "31", "32", "41", "42", "51", "52", "53"), claims.SIZE_BANDS, strict=True))
"""Code of a band of employees -> how many they are; NN (none, or not known) is none."""

LEGAL_FORMS = {
    "1000": "entreprise individuelle", "41": "établissement public industriel et commercial", "5195": "association coopérative",
    "5202": "SNC", "5306": "SCS", "5308": "SCA", "54": "SARL", "5458": "SCOP", "5485": "SELARL", "5498": "EURL",
    "55": "SA", "5558": "SCOP", "5585": "SELAFA", "56": "SA", "5658": "SCOP", "5685": "SELAFA",
    "57": "SAS", "5720": "SASU", "5785": "SELAS", "5800": "SE", "6210": "GEIE", "6220": "GIE", "6316": "CUMA", "6317": "société coopérative agricole",
    "65": "société civile", "6521": "SCPI", "6533": "GAEC", "6540": "SCI", "6541": "SCCV", "656": "SCP", "657": "SCP", "6560": "société civile coopérative",
    "6589": "SCM", "6597": "SCEA", "6598": "EARL", "71": "service de l'État", "7210": "commune", "7220": "département", "7230": "région",
    "733": "établissement public local d'enseignement", "7343": "communauté urbaine", "7344": "métropole", "7346": "communauté de communes",
    "7348": "communauté d'agglomération", "735": "syndicat de collectivités", "7354": "syndicat mixte", "7355": "syndicat mixte",
    "7381": "chambre consulaire", "738": "établissement public national", "7410": "GIP", "8210": "mutuelle", "841": "syndicat de salariés", "842": "syndicat patronal",
    "9110": "syndicat de copropriété", "92": "association", "9240": "congrégation", "9300": "fondation",
}  # fmt: skip
"""Code of a legal category, or how those of its family begin -> the short name in use; the longest beginning counts."""

NAF_REV2 = ("NAFRev2",)
NAF_2025 = ("NAF2025", "NAF25")
NOMENCLATURES = (*NAF_REV2, *NAF_2025, "NAFRev1", "NAF1993", "NAP")
"""Nomenclatures of activities that the register has used; another one is drift."""


def legal_form_sql(code: str) -> str:
    """SQL of the short name of a legal category; of one that has none here, « catégorie juridique 7357 »."""
    cases = " ".join(
        f"when starts_with({code}, '{start}') then {literal(LEGAL_FORMS[start])}"
        for start in sorted(LEGAL_FORMS, key=lambda s: (-len(s), s))
    )
    return f"case when {code} is null then null {cases} else 'catégorie juridique ' || {code} end"


def size_band_sql(code: str) -> str:
    """SQL of a band of employees; null where none is known."""
    return f"case {code} {' '.join(f'when {literal(c)} then {literal(band)}' for c, band in SIZE_BANDS.items())} end"


def naf_sql(code: str, nomenclature: str, *wanted: str) -> str:
    """SQL of an activity's code where it is of one of the nomenclatures `wanted`."""
    return f"case when {nomenclature} in ({', '.join(map(literal, wanted))}) and regexp_full_match({code}, '[0-9]{{2}}\\.[0-9]{{2}}[A-Z]') then {code} end"
