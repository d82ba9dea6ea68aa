"""French verbs and the forms they take, made from their infinitives; nobody lists forms by hand but of irregular verbs.

Belongs here: morphology, nothing of what verbs mean. Forms that a newspaper does not use (first and second persons of the past
historic, the subjunctive imperfect) are not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Form = Literal["finite", "participle", "infinitive", "gerund"]

_IMPERFECT = ("ais", "ait", "ions", "iez", "aient")
_FUTURE = ("ai", "as", "a", "ons", "ez", "ont", "ais", "ait", "ions", "iez", "aient")
_AGREEING = ("", "e", "s", "es")

# stem of the plural present and the imperfect, forms of the singular present, of the plural, future stem, participle, past historic
_IRREGULAR = {
    "tenir": ("ten", "tiens tient", "tiennent", "tiendr", "tenu", "tint tinrent"),
    "venir": ("ven", "viens vient", "viennent", "viendr", "venu", "vint vinrent"),
    "prendre": ("pren", "prends prend", "prennent", "prendr", "pris", "prit prirent"),
    "mettre": ("mett", "mets met", "mettent", "mettr", "mis", "mit mirent"),
    "acquérir": ("acquér", "acquiers acquiert", "acquièrent", "acquerr", "acquis", "acquit acquirent"),
    "ouvrir": ("ouvr", "ouvre ouvres", "ouvrent", "ouvrir", "ouvert", "ouvrit ouvrirent"),
    "offrir": ("offr", "offre offres", "offrent", "offrir", "offert", "offrit offrirent"),
    "cueillir": ("cueill", "cueille cueilles", "cueillent", "cueiller", "cueilli", "cueillit cueillirent"),
    "joindre": ("joign", "joins joint", "joignent", "joindr", "joint", "joignit joignirent"),
    "cevoir": ("cev", "çois çoit", "çoivent", "cevr", "çu", "çut çurent"),
    "battre": ("batt", "bats bat", "battent", "battr", "battu", "battit battirent"),
    "suivre": ("suiv", "suis suit", "suivent", "suivr", "suivi", "suivit suivirent"),
    "vendre": ("vend", "vends vend", "vendent", "vendr", "vendu", "vendit vendirent"),
    "pendre": ("pend", "pends pend", "pendent", "pendr", "pendu", "pendit pendirent"),
    "duire": ("duis", "duis duit", "duisent", "duir", "duit", "duisit duisirent"),
    "faire": ("fais", "fais fait", "font", "fer", "fait", "fit firent"),
    "évoir": ("évoy", "évois évoit", "évoient", "évoir", "évu", "évit évirent"),
    "céder": ("céd", "cède cèdes", "cèdent", "céder", "cédé", "céda cédèrent"),
    "pondre": ("pond", "ponds pond", "pondent", "pondr", "pondu", "pondit pondirent"),
    "courir": ("cour", "cours court", "courent", "courr", "couru", "courut coururent"),
    "sortir": ("sort", "sors sort", "sortent", "sortir", "sorti", "sortit sortirent"),
    "partir": ("part", "pars part", "partent", "partir", "parti", "partit partirent"),
    "servir": ("serv", "sers sert", "servent", "servir", "servi", "servit servirent"),
    "dire": ("dis", "dis dit", "disent", "dir", "dit", "dirent"),
    "conclure": ("conclu", "conclus conclut", "concluent", "conclur", "conclu", "conclut conclurent"),
    "naître": ("naiss", "naît", "naissent", "naîtr", "né", "naquit naquirent"),
    "échoir": ("échoy", "échoit", "échoient", "échoir", "échu", "échut échurent"),
    "asseoir": ("assey", "assied", "assoient", "assiér", "assis", "assit"),
}  # fmt: skip
_PARTICIPLE_ONLY = {"issir": "issu", "siser": "sis"}


def forms(infinitive: str) -> Iterator[tuple[str, Form]]:
    """The forms of a verb: « gérer » -> gère, gèrent, gérait, gérera, géré, gérée… each with what it is."""
    if infinitive in _PARTICIPLE_ONLY:
        yield from _participles(_PARTICIPLE_ONLY[infinitive])
        return
    yield infinitive, "infinitive"
    for ending, (stem, singular, plural, future, participle, past) in _IRREGULAR.items():
        if infinitive.endswith(ending):
            head = infinitive[: -len(ending)]
            finite = [*singular.split(), *past.split(), plural, *(stem + e for e in ("ons", "ez", *_IMPERFECT)), *(future + e for e in _FUTURE)]
            yield from ((head + f, "finite") for f in finite)
            yield from _participles(head + participle)
            yield head + stem + "ant", "gerund"
            return
    stem = infinitive[:-2]
    if infinitive.endswith("ir"):  # réunir
        finite = [stem + e for e in ("is", "it", "issons", "issez", "issent", "irent", *(f"iss{e}" for e in _IMPERFECT), *(f"ir{e}" for e in _FUTURE))]
        yield from ((f, "finite") for f in finite)
        yield from _participles(stem + "i")
        yield stem + "issant", "gerund"
        return
    soft = re.sub("g$", "ge", re.sub("c$", "ç", stem))  # engageons, finançons
    open_ = re.sub(r"[eé]([^aeiouéèy]|[bcdfgptv][lr])$", r"è\1", stem)  # gère, lève, intègre; but héberge, installe
    open_ = re.sub("[ou]y$", lambda m: m[0][0] + "i", open_)  # emploie
    silent = [open_ + e for e in ("e", "es", "ent")]
    finite = [*silent, soft + "ons", stem + "ez", stem + "a" if soft == stem else soft + "a", stem + "èrent"]
    finite += [(soft if e[0] == "a" else stem) + e for e in _IMPERFECT]
    finite += [s + "er" + e for s in {stem, open_} for e in _FUTURE]
    yield from ((f, "finite") for f in sorted(set(finite)))
    yield from _participles(stem + "é")
    yield soft + "ant", "gerund"


def _participles(masculine: str) -> Iterator[tuple[str, Form]]:
    for e in _AGREEING:
        if not (masculine.endswith("s") and e == "s"):
            yield masculine + e, "participle"
