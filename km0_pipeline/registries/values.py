"""How a cell of a registry becomes a value: one normaliser per kind of value, as DuckDB macros.

`x` is the cell as found; the value is text (ISO dates, plain decimals with a point, E.164
numbers), or NULL where the cell is empty or can't be understood. Each macro takes the form that
most cells have in one cheap test, and mends (`*_mended`) only the others: a million rows are
normalised in seconds. Nothing is guessed beyond what is written here:

- SIREN and SIRET have a right check digit (La Poste's SIRETs: digits that sum to a multiple of
  five), are not all zeros, and may lack one leading zero; a SIRET in a SIREN cell gives its SIREN;
- dates are day, month, year; with two-digit years 69 to 99 are of the 20th century (POSIX); a
  year, or a year and a month, stays one; five digits alone are an Excel day number;
- headcounts: a range such as `10-19` is `at_least` its lower bound; the words around a number
  give the qualifier; halves of people are refused;
- decimals: where there is one comma or point it is the decimal mark;
- an address without scheme is taken to be https.

Belongs here: kinds of value, their macros, what each expects of a cell in words. Which column has
which kind: `columns`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from km0_pipeline.sql import literal


@dataclass(frozen=True)
class Kind:
    """A kind of value: the macro that normalises it, and what is said of a cell it refuses.

    `reason` is the code of the reject (empty: any text will do), `expects` ends the sentence
    "is not ...", `quoted` tells whether that sentence may show the cell (not where it may be personal).
    """

    macro: str
    reason: str = ""
    expects: str = ""
    quoted: bool = True
    numbered: bool = False


KINDS: dict[str, Kind] = {
    "text": Kind("text_value", "formula_error", "a text: a formula failed there"),
    "name": Kind("name_value", "not_a_name", "the name of an organisation", quoted=False),
    "legal_form": Kind("legal_form_value", "formula_error", "a text: a formula failed there"),
    "commune": Kind("commune_value", "formula_error", "a text: a formula failed there"),
    "boolean": Kind("boolean_value", "bad_boolean", "a yes or a no, such as oui, non, x, 1 or 0"),
    "kind": Kind("kind_value", "bad_kind", "a kind of organisation we know, such as start-up, entreprise, association, école"),
    "siren": Kind("siren_value", "bad_siren", "a SIREN, which has 9 digits of which the last checks the others", numbered=True),
    "siret": Kind("siret_value", "bad_siret", "a SIRET, which has 14 digits of which the last checks the others", numbered=True),
    "naf": Kind("naf_value", "bad_naf", "a NAF code such as 62.01Z"),
    "date": Kind("date_value", "bad_date", "a date such as 12/02/2019, 2019-02-12 or 2019"),
    "count": Kind("count_value", "bad_number", "a number of people such as 12, env. 20 or 10-19"),
    "decimal": Kind("decimal_value", "bad_number", "a number such as 27,5 or 1 234.5"),
    "longitude": Kind("longitude_value", "bad_coordinate", "a longitude in degrees such as 7,33"),
    "latitude": Kind("latitude_value", "bad_coordinate", "a latitude in degrees such as 47,75"),
    "postcode": Kind("postcode_value", "bad_postcode", "a French postcode, which has 5 digits"),
    "commune_code": Kind("commune_code_value", "bad_commune_code", "an INSEE commune code such as 68224 or 2A004"),
    "url": Kind("url_value", "bad_url", "a web address such as https://exemple.fr"),
    "email": Kind("email_value", "bad_email", "one e-mail address", quoted=False),
    "phone": Kind("phone_value", "bad_phone", "one telephone number such as 03 89 00 00 00 or +33 3 89 00 00 00", quoted=False),
}

NOTHING = (
    "", "n/a", "#n/a", "na", "n.a.", "nc", "n.c.", "n/c", "nd", "n.d.", "[nd]", "nr", "n.r.", "null", "none", "nan", "nil", "undefined",
    "neant", "inconnu", "inconnue", "unknown", "non renseigne", "non renseignee", "non communique", "non disponible", "vide",
    "-", "--", "---", "–", "—", "?", "??", "/", ".", "...", "x", "xx", "tbd", "a completer", "a venir", "en cours",
)  # fmt: skip
"""What people write in a cell when they know nothing (accents and case aside): no value, and no reject."""

_SUMS = literal(
    r"(?i)[^\pL]*(?:(?:sous[ -]?|sub-?)tota(?:l|ux).*|(?:(?:grand )?tota(?:l|ux)|moyennes?|m[ée]diane?|somme|nombre|nb|average|median|sum)"
    r"(?: (?:g[ée]n[ée]ral|global|partiel|cumul[ée])| (?:de |des |du |par |of |d['’]).*"
    r"| (?:\pL{1,3}[ .+-]?[0-9]+|effectifs?|salari[ée]s|locataires|occupants|entreprises|structures|surfaces?|b[âa]timent.*|[ée]tage.*))?[^\pL]*)"
)
"""What stands in the place of a name where a row sums up the others, from end to end."""

LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "SASU": ("societe par actions simplifiee unipersonnelle", "societe par actions simplifiee a associe unique"),
    "SAS": ("societe par actions simplifiee",),
    "SARL": ("societe a responsabilite limitee",),
    "EURL": ("entreprise unipersonnelle a responsabilite limitee", "societe a responsabilite limitee a associe unique"),
    "SA": ("societe anonyme",),
    "SCI": ("societe civile immobiliere",),
    "SNC": ("societe en nom collectif",),
    "SCOP": ("societe cooperative de production", "societe cooperative ouvriere de production", "societe cooperative et participative"),
    "SCIC": ("societe cooperative d interet collectif",),
    "SELARL": ("societe d exercice liberal a responsabilite limitee",),
    "GIE": ("groupement d interet economique",),
    "EI": ("entreprise individuelle", "entrepreneur individuel"),
    "GmbH": ("gesellschaft mit beschrankter haftung",),
}
"""Legal forms by their abbreviation, and how they are written in full (folded)."""
YES = ("oui", "o", "yes", "y", "ja", "j", "vrai", "true", "1", "1.0", "x", "ok", "✓", "✔", "☑", "si")
NO = ("non", "n", "no", "nein", "faux", "false", "0", "0.0", "ko", "✗", "✘", "☐")

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "startup": ("startup", "start up", "startups", "jeune pousse", "jeune entreprise innovante", "jei"),
    "company": ("company", "entreprise", "societe", "pme", "tpe", "eti", "grand groupe", "groupe", "independant", "freelance",
                "societe commerciale", "cooperative", "scop", "scic", "commerce", "prestataire"),
    "bank": ("bank", "banque", "banque etablissement financier", "assurance"),
    "association": ("association", "asso", "association loi 1901", "ong", "ngo", "fondation", "foundation"),
    "school": ("school", "ecole", "universite", "university", "formation", "organisme de formation", "centre de formation",
               "etablissement d enseignement", "enseignement superieur", "cfa", "lycee"),
    "public_body": ("public body", "administration", "etablissement public", "service public", "organisme public", "epic", "epa",
                    "collectivite", "collectivite territoriale", "collectivite locale", "epci", "local authority"),
    "media": ("media", "presse", "radio", "television"),
    "programme": ("programme", "program", "dispositif", "reseau"),
    "incubator": ("incubator", "incubateur", "pepiniere", "accelerateur", "accelerator"),
    "laboratory": ("laboratory", "laboratoire", "centre de recherche", "recherche", "research centre"),
}  # fmt: skip
"""Kinds of organisation, and the words (folded) by which registries name them."""


# Characters a clean text never holds: controls, odd spaces, marks that are invisible or turn the direction of writing, combining accents.
_UNCLEAN = r"\x00-\x1F\x7F-\x{A0}\x{AD}\x{300}-\x{36F}\x{61C}\x{2000}-\x{200F}\x{2028}-\x{202F}\x{205F}-\x{206F}\x{3000}\x{FEFF}\x{FFF9}-\x{FFFB}\x{FFFE}\x{FFFF}\x{E0000}-\x{E007F}"
_SPACES = r"[\s\x{85}\x{A0}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]+"
_INVISIBLE = r"[\x00-\x08\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}\x{AD}\x{61C}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}\x{FFF9}-\x{FFFB}\x{FFFE}\x{FFFF}\x{E0000}-\x{E007F}]"

_ABOUT = r"env\.?|environ|autour de|~|≈|±|approx\.?|approximately|about|around|ca\.?|circa"
_NEARLY = r"pres de|presque|nearly|almost"
_AT_LEAST = r"plus de|\+ ?de|\+|>=?|≥|au moins|min\.?|minimum|at least|more than|over"
_AT_MOST = r"moins de|- ?de|<=?|≤|au plus|au maximum|max\.?|maximum|at most|less than|under|up to|jusqu'a"
_NUMBER = r"[0-9]{1,3}(?:[ .][0-9]{3}){1,2}|[0-9]{1,9}"
_PEOPLE = (
    r"salarie(?:\(?e\)?)?(?:\(?s\)?)?|personnes?|pers\.?|employe(?:\(?e\)?)?(?:\(?s\)?)?|collaborateurs?|collaborators?|agents?|"
    r"emplois?|postes?|etp|people|persons?|employees?|staff|jobs?|fte"
)
_COUNT = literal(
    rf"^({_ABOUT}|{_NEARLY}|{_AT_LEAST}|{_AT_MOST})? ?({_NUMBER})(?:[.,]0+)?"
    rf" ?(?:(?:-|–|—|a|to) ?({_NUMBER}))? ?(\+|et plus|ou plus|and more|env\.?|environ|max\.?|min\.?)? ?(?:{_PEOPLE})?\.?$"
)

MONTHS = (
    "jan|janv|janvier|january|januar", "fev|fevr|fevrier|feb|february|februar", "mar|mars|march|marz|maerz", "avr|avril|apr|april", "mai|may",
    "juin|jun|june|juni", "juil|juillet|jul|july|juli", "aou|aout|aug|august", "sep|sept|septembre|september",
    "oct|octobre|october|okt|oktober", "nov|novembre|november", "dec|decembre|december|dez|dezember",
)  # fmt: skip
_MONTH_CASES = " ".join(f"when regexp_full_match(w, '{names}') then '{n:02}'" for n, names in enumerate(MONTHS, 1))


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))


_PAIRS = [(2 * (pair // 10) + pair // 50 + pair) % 10 for pair in range(100)]
"""What two digits add to Luhn's sum, modulo 10: the right one itself, the left one doubled, cast out of nines."""


def _luhn(number: str, digits: int) -> str:
    """Luhn's sum of an integer, modulo 10."""
    return " + ".join(f"{_PAIRS}[{number} // {100**k} % 100 + 1]" for k in range((digits + 1) // 2))


def _let(value: str, name: str, result: str) -> str:
    """SQL of `result`, in which `name` stands for `value`, computed once."""
    return f"list_transform([{value}], lambda {name}: {result})[1]"


_DIGIT_SUM = " + ".join(f"(n // {10**k} % 10)" for k in range(14))
_SIRET = (
    f"n >= 100000 and ({_luhn('(n // 100000)', 9)}) % 10 = 0 and "
    f"case when n // 100000 = 356000000 and n <> 35600000000048 then ({_DIGIT_SUM}) % 5 = 0 else ({_luhn('n', 14)}) % 10 = 0 end"
)
_KIND_CASES = " ".join(f"when regexp_full_match(w, '{_any_of(words)}') then '{kind}'" for kind, words in KIND_WORDS.items())

_FORM_CASES = " ".join(
    f"when regexp_full_match(w, '{_any_of((form.lower(), ' '.join(form.lower()), *words))}') then '{form}'" for form, words in LEGAL_FORMS.items()
)
_FORM_IN_NAME = literal(rf"(?:^|[ ,(])({'|'.join(LEGAL_FORMS)})\)?$|^({'|'.join(f for f in LEGAL_FORMS if f != 'EI')}) ")
_FORMULA = literal(r"(?i)\s*#(REF|VALEUR|VALUE|NOM|NAME|DIV/0|NOMBRE|NUM|NUL|NULL|CALC|SPILL|PROPAGATION)[!?]?\s*|#{3,}|Err:[0-9]{3}")
LONGEST_NAME = 300
"""Characters above which a cell is no name but a text."""
# What makes a cell no name: an address of e-mail, a telephone number; or only digits as of a SIREN, or a date.
_NO_NAME = literal(
    r"^\S+@\S+\.\S+$|[a-z0-9]@[a-z0-9.-]+\.[a-z]{2}|(?:^|[^0-9])(?:0|\+ ?33|0033)[ .]?(?:\(0\))?[ .-]?[1-9](?:[ .-]?[0-9]{2}){4}(?:[^0-9]|$)"
    r"|^(?:[0-9][ .]?){9,14}$|^[0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{2}){1,2}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}"
)

# A cell of that kind with what surrounds the value taken off: the time of a day; units and spaces; the lack of a scheme; separators.
_DAY = r"regexp_replace(folded(x), '^(.*[0-9])[ t]a? ?[0-9]{1,2}[:h]([0-9]{2}.*)?$', '\1')"
_AMOUNT = r"regexp_replace(folded(x), ' ?(m2|m²|m\^2|metres? carres?|sqm|sq\.? ?m)\.?$', '')"
_ADDRESS = "if(regexp_matches(text_mended(x), '(?i)^https?:'), text_mended(x), 'https://' || regexp_replace(text_mended(x), '^//', ''))"
_DIALLED = "regexp_replace(replace(text_mended(x), '(0)', ''), '(?i)^t[ée]l\\.?( ?:)?|[\\s./()_-]', '', 'g')"

VALUES_SQL = rf"""
-- text: trimmed, spaces squeezed, invisible characters out, accents composed
create or replace macro text_mended(x) as
    trim(regexp_replace(nfc_normalize(regexp_replace(x, '{_INVISIBLE}', '', 'g')), '{_SPACES}', ' ', 'g'));
create or replace macro formula_error(x) as regexp_full_match(x, {_FORMULA});
create or replace macro text_short(t) as case when regexp_matches(t, '[\pL\pN]') and not formula_error(t) then t end;
create or replace macro text_value(x) as case
    when strlen(x) > 3 and regexp_full_match(x, '[^ #{_UNCLEAN}][^ {_UNCLEAN}]*( [^ {_UNCLEAN}]+)*') then x
    when regexp_full_match(x, '[0-9]{{1,3}}|[0-9]{{1,2}}[A-Za-z]|[A-Z][0-9]{{1,2}}|[A-Za-z]{{2,3}}') then x
    else text_short(text_mended(x)) end;
create or replace macro name_value(x) as case
    when strlen(x) > {LONGEST_NAME} and length(text_mended(x)) > {LONGEST_NAME} then null
    when regexp_matches(x, '@|(?:[0-9][ ./()-]{{0,3}}){{7}}[0-9]') and regexp_matches(text_mended(x), {_NO_NAME}) then null
    else text_value(x) end;
create or replace macro folded(x) as lower(strip_accents(text_mended(x)));
-- a pattern, not `in`: a long list becomes a join, for which the cell of every row would be folded
create or replace macro sums_up(x) as regexp_full_match(x, {_SUMS});
create or replace macro says_nothing(x) as regexp_full_match(folded(x), {literal(_any_of(NOTHING))});

create or replace macro boolean_value(x) as {_let("folded(x)", "w", "case when regexp_full_match(w, '" + _any_of(YES) + "') then 'true' when regexp_full_match(w, '" + _any_of(NO) + "') then 'false' end")};

-- legal forms by their abbreviation; another text stays as it is
create or replace macro legal_form_word(w, t) as case {_FORM_CASES} else t end;
create or replace macro legal_form_value(x) as case
    when x is null or regexp_full_match(x, '{"|".join(LEGAL_FORMS)}') then x
    else {_let("trim(regexp_replace(folded(x), '[^a-z0-9]+', ' ', 'g'))", "w", "legal_form_word(w, text_value(x))")} end;
create or replace macro legal_form_in(name) as nullif(
    regexp_extract(name, {_FORM_IN_NAME}, 1) || regexp_extract(name, {_FORM_IN_NAME}, 2), '');

-- communes without their postcode or CEDEX
create or replace macro commune_value(x) as case
    when regexp_matches(x, '(?i)cedex|^[\s0-9]')
    then text_short(regexp_replace(regexp_replace(text_mended(x), '(?i)[ ,-]*\bcedex\b.*$', ''), '^(F-)?[0-9]{{5}}[ ,-]+', ''))
    else text_value(x) end;

create or replace macro kind_word(w) as case {_KIND_CASES} end;
create or replace macro kind_value(x) as {_let("trim(regexp_replace(folded(x), '[^a-z0-9]+', ' ', 'g'))", "w", "kind_word(w)")};

-- SIREN and SIRET; d has 9 or 14 digits, n is a cell as a number where it is one
create or replace macro siren_checks(n) as ({_luhn("n", 9)}) % 10 = 0 and n <> 0;
create or replace macro siret_checks(n) as {_SIRET};
create or replace macro siren_right(d) as {_let("try_cast(d as bigint)", "n", "siren_checks(n)")};
create or replace macro siret_right(d) as {_let("try_cast(d as bigint)", "n", "siret_checks(n)")};
create or replace macro number_compact(x) as regexp_replace(regexp_replace(regexp_replace(
    lower(x), '^\s*(siren|siret)?\s*(n°)?\s*:?', ''), '^([0-9]+)[.,]0$', '\1'), '[\s\pZ\pC.''’_-]', '', 'g');
create or replace macro siren_compact(d) as case
    when not regexp_full_match(d, '[0-9]{{8,14}}') then null
    when length(d) = 9 then case when siren_right(d) then d end
    when length(d) = 8 then case when siren_right('0' || d) then '0' || d end
    when length(d) = 14 then case when siret_right(d) then left(d, 9) end end;
create or replace macro siren_value(x, n) as case
    when x is null then null
    when regexp_full_match(x, '[0-9]{{9}}') then case when siren_checks(n) then x end
    else {_let("number_compact(x)", "d", "siren_compact(d)")} end;
create or replace macro siret_compact(d) as case
    when not regexp_full_match(d, '[0-9]{{13,14}}') then null
    when length(d) = 14 then case when siret_right(d) then d end
    when siret_right('0' || d) then '0' || d end;
create or replace macro siret_value(x, n) as case
    when x is null then null
    when regexp_full_match(x, '[0-9]{{14}}') then case when siret_checks(n) then x end
    else {_let("number_compact(x)", "d", "siret_compact(d)")} end;

create or replace macro naf_mended(t) as case
    when regexp_matches(t, '^[0-9]{{2}}[. ]?[0-9]{{2}} ?[A-Z]([^A-Z0-9].*)?$')
    then regexp_replace(t, '^([0-9]{{2}})[. ]?([0-9]{{2}}) ?([A-Z]).*$', '\1.\2\3') end;
create or replace macro naf_value(x) as case
    when x is null or regexp_full_match(x, '[0-9]{{2}}\.[0-9]{{2}}[A-Z]') then x
    else {_let("upper(text_mended(x))", "t", "naf_mended(t)")} end;

-- dates; day_of refuses what the calendar does not have
create or replace macro day_of(y, m, d) as case when y between '1000' and '2999'
    then try_cast(concat(y, '-', lpad(m, 2, '0'), '-', lpad(d, 2, '0')) as date)::varchar end;
create or replace macro month_of(y, m) as case when y between '1000' and '2999' and lpad(m, 2, '0') between '01' and '12'
    then concat(y, '-', lpad(m, 2, '0')) end;
create or replace macro century(yy) as case when yy >= '69' then '19' || yy else '20' || yy end;
create or replace macro month_number(w) as case {_MONTH_CASES} end;
create or replace macro date_words(t) as case
    when regexp_full_match(t, '[0-9]{{1,2}}[/. -][0-9]{{1,2}}[/. -][0-9]{{4}}')
    then day_of(right(t, 4), regexp_extract(t, '^[0-9]+.([0-9]+)', 1), regexp_extract(t, '^[0-9]+'))
    when regexp_full_match(t, '[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}')
    then day_of(left(t, 4), regexp_extract(t, '^.....([0-9]+)', 1), regexp_extract(t, '[0-9]+$'))
    when regexp_full_match(t, '[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2}}')
    then day_of(century(right(t, 2)), regexp_extract(t, '^[0-9]+.([0-9]+)', 1), regexp_extract(t, '^[0-9]+'))
    when regexp_full_match(t, '[0-9]{{8}}') then day_of(left(t, 4), t[5:6], t[7:8])
    when regexp_full_match(t, '[0-9]{{1,2}}(er|\.)? [a-z]+\.? [0-9]{{4}}')
    then day_of(right(t, 4), month_number(regexp_extract(t, '[a-z]+\.? [0-9]{{4}}$').regexp_extract('[a-z]+')),
                regexp_extract(t, '^[0-9]+'))
    when regexp_full_match(t, '[a-z]+\.? [0-9]{{4}}') then month_of(right(t, 4), month_number(regexp_extract(t, '[a-z]+')))
    when regexp_full_match(t, '[0-9]{{1,2}}[/.-][0-9]{{4}}') then month_of(right(t, 4), regexp_extract(t, '^[0-9]+'))
    when regexp_full_match(t, '[0-9]{{4}}-[0-9]{{2}}') then month_of(left(t, 4), right(t, 2))
    when regexp_full_match(t, '[0-9]{{4}}([.,]0)?') then case when left(t, 4) between '1000' and '2999' then left(t, 4) end
    when regexp_full_match(t, '[2-6][0-9]{{4}}([.,]0)?') then (date '1899-12-30' + try_cast(left(t, 5) as integer))::date::varchar end;
create or replace macro date_value(x) as case
    when x is null then null
    when regexp_full_match(x, '[0-9]{{2}}/[0-9]{{2}}/[12][0-9]{{3}}') then try_strptime(x, '%d/%m/%Y')::date::varchar
    when regexp_full_match(x, '[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}') then try_cast(x as date)::varchar
    else {_let(_DAY, "t", "date_words(t)")} end;

-- headcounts: the number, and how it is qualified
create or replace macro count_digits(n) as try_cast(regexp_replace(n, '[ .]', '', 'g') as bigint);
create or replace macro count_mended(t) as case
    when regexp_extract(t, {_COUNT}, 3) = '' then count_digits(regexp_extract(t, {_COUNT}, 2))
    when regexp_extract(t, {_COUNT}, 1) || regexp_extract(t, {_COUNT}, 4) <> '' then null
    when count_digits(regexp_extract(t, {_COUNT}, 3)) > count_digits(regexp_extract(t, {_COUNT}, 2))
    then count_digits(regexp_extract(t, {_COUNT}, 2)) end;
create or replace macro count_value(x) as case
    when x is null or regexp_full_match(x, '0|[1-9][0-9]{{0,8}}') then x
    else {_let("folded(x)", "t", "count_mended(t)")}::varchar end;
create or replace macro qualifier_word(w) as case
    when w = '' then 'exact'
    when regexp_full_match(w, '{_ABOUT}') then 'about'
    when regexp_full_match(w, '{_NEARLY}') then 'nearly'
    when regexp_full_match(w, {literal(_AT_MOST)}) then 'at_most'
    else 'at_least' end;
create or replace macro count_qualifier_mended(t) as case
    when regexp_extract(t, {_COUNT}, 3) <> '' then 'at_least'
    else qualifier_word(regexp_extract(t, {_COUNT}, 1) || regexp_extract(t, {_COUNT}, 4)) end;
create or replace macro count_qualifier(x) as case
    when x is null or regexp_full_match(x, '0|[1-9][0-9]{{0,8}}') then 'exact'
    else {_let("folded(x)", "t", "count_qualifier_mended(t)")} end;

-- decimals: plain, with a point, without needless zeros
create or replace macro decimal_plain(n) as case when contains(n, '.') then rtrim(rtrim(n, '0'), '.') else n end;
create or replace macro decimal_digits(t) as case
    when regexp_full_match(t, '[0-9]{{1,12}}([.,][0-9]+)?') then replace(t, ',', '.')
    when regexp_full_match(t, '[0-9]{{1,3}}([ ''][0-9]{{3}})+([.,][0-9]+)?') then replace(regexp_replace(t, '[ '']', '', 'g'), ',', '.')
    when regexp_full_match(t, '[0-9]{{1,3}}(\.[0-9]{{3}})+(,[0-9]+)?') then replace(replace(t, '.', ''), ',', '.')
    when regexp_full_match(t, '[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]+)?') then replace(t, ',', '') end;
create or replace macro decimal_mended(t) as decimal_plain(try_cast(decimal_digits(t) as decimal(18, 6))::varchar);
create or replace macro decimal_value(x) as case
    when x is null then null
    when regexp_full_match(x, '(0|[1-9][0-9]{{0,11}})([.,][0-9]{{0,5}}[1-9])?') then replace(x, ',', '.')
    when regexp_full_match(x, '(0|[1-9][0-9]{{0,11}})[.,]0{{1,2}}') then rtrim(rtrim(x, '0'), '.,')
    else {_let(_AMOUNT, "t", "decimal_mended(t)")} end;

-- degrees, of which a comma is the decimal mark too
create or replace macro degrees(x, most) as case when regexp_full_match(replace(text_mended(x), ',', '.'), '[+-]?[0-9]{{1,3}}(\.[0-9]+)?')
    and abs(try_cast(replace(text_mended(x), ',', '.') as double)) <= most
    then case when starts_with(text_mended(x), '-') then '-' else '' end
        || coalesce(decimal_plain(try_cast(ltrim(replace(text_mended(x), ',', '.'), '+-') as decimal(18, 7))::varchar), '0') end;
create or replace macro longitude_value(x) as degrees(x, 180);
create or replace macro latitude_value(x) as degrees(x, 90);

create or replace macro postcode_range(p) as case when p between '01000' and '98999' then p end;
create or replace macro postcode_mended(t) as case
    when regexp_full_match(t, '(f|fr)?[- ]*[0-9]{{2}} ?[0-9]{{3}}([.,]0|[ ,-].*)?')
    then postcode_range(regexp_replace(t, '^[fr]*[- ]*([0-9]{{2}}) ?([0-9]{{3}}).*$', '\1\2'))
    when regexp_full_match(t, '[0-9]{{4}}([.,]0)?') then postcode_range('0' || left(t, 4)) end;
create or replace macro postcode_value(x) as case
    when x is null then null
    when regexp_full_match(x, '[0-9]{{5}}') then postcode_range(x)
    else {_let("folded(x)", "t", "postcode_mended(t)")} end;
create or replace macro commune_code_range(c) as case when c between '01001' and '98999' then c end;
create or replace macro commune_code_mended(t) as case
    when regexp_full_match(t, '([0-9]{{2}}|2[AB])[0-9]{{3}}([.,]0)?') then commune_code_range(left(t, 5))
    when regexp_full_match(t, '[0-9]{{4}}([.,]0)?') then commune_code_range('0' || left(t, 4)) end;
create or replace macro commune_code_value(x) as case
    when x is null then null
    when regexp_full_match(x, '[0-9]{{5}}') then commune_code_range(x)
    else {_let("replace(upper(text_mended(x)), ' ', '')", "t", "commune_code_mended(t)")} end;

-- addresses on the web: scheme and host in lower case, no lone final slash
create or replace macro url_parts(u) as case
    when regexp_full_match(u, '(?i)https?://([\pL0-9_-]+\.)+\pL{{2,}}\.?(:[0-9]+)?([/?#]\S*)?')
    then lower(regexp_extract(u, '^[^/]+//[^/?#]+')) || case
        when regexp_extract(u, '^[^/]+//[^/?#]+(.*)$', 1) = '/' then ''
        else regexp_extract(u, '^[^/]+//[^/?#]+(.*)$', 1) end end;
create or replace macro url_value(x) as case
    when x is null or regexp_full_match(x, 'https?://([a-z0-9-]+\.)+[a-z]{{2,}}(/[!-~]+)?') then x
    else {_let(_ADDRESS, "u", "url_parts(u)")} end;

create or replace macro email_mended(t) as case
    when regexp_full_match(t, '[^@\s<>;,()"]+@([\pL0-9-]+\.)+\pL{{2,}}')
    then regexp_extract(t, '^[^@]+@') || lower(regexp_extract(t, '[^@]+$')) end;
create or replace macro email_value(x) as case
    when x is null or regexp_full_match(x, '[a-z0-9._+-]+@([a-z0-9-]+\.)+[a-z]{{2,}}') then x
    else {_let("regexp_replace(text_mended(x), '(?i)^mailto: ?', '')", "t", "email_mended(t)")} end;

-- telephone numbers, E.164; a number without country is French
create or replace macro phone_digits(d) as case
    when regexp_full_match(d, '(0|\+330?|00330?)?[1-9][0-9]{{8}}') then '+33' || right(d, 9)
    when regexp_full_match(d, '\+33.*|0033.*') then null
    when regexp_full_match(d, '(\+|00)[1-9][0-9]{{7,14}}') then '+' || regexp_replace(d, '^(\+|00)', '') end;
create or replace macro phone_value(x) as case
    when x is null then null
    when regexp_full_match(x, '0[1-9]([ .]?[0-9]{{2}}){{4}}') then '+33' || right(replace(replace(x, ' ', ''), '.', ''), 9)
    else {_let(_DIALLED, "d", "phone_digits(d)")} end;
"""
"""The macros; run once on a connection before any expression of `expression` is used."""


def expression(kind: str, cell: str, number: str = "") -> str:
    """The SQL expression that normalises `cell` (SQL of a VARCHAR, NULL allowed) as a value of `kind`.

    `number` is SQL of the cell as BIGINT, where the caller has that at hand: kinds that are
    `numbered` compute with it.
    """
    if KINDS[kind].numbered:
        return f"{KINDS[kind].macro}({cell}, {number or f'try_cast({cell} as bigint)'})"
    return f"{KINDS[kind].macro}({cell})"
