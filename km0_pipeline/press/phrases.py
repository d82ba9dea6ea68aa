"""A masked sentence as a row of phrases: who and what, with the preposition before it, and verbs, with their voice.

    La société ‹O0›, portée par ‹O1› et ‹O2›, a été fondée en ‹D3› par ‹P4›.
    [la société ‹O0›] , <porter: bare> [par ‹O1›] et [‹O2›] , <fonder: passive> [en ‹D3›] [par ‹P4›] .

It is no parser: a phrase is a preposition, a determiner, words and at most one placeholder; a verb is told from a noun by what stands
before it. One pass over the words. Belongs here: phrases and voices. Who is the subject of a verb tells `arguments`, what verbs mean
`frames`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["noun", "verb", "comma", "and", "who", "which", "that", "end"]
Voice = Literal["", "active", "passive", "bare", "infinitive"]
Verbs = Mapping[str, tuple[tuple[str, str], ...]]
"""A form of a verb, in small letters -> the infinitives it may be of, each with what form it is (`inflected.Form`)."""


@dataclass(slots=True)
class Phrase:
    """A phrase at characters `start` to `end` of its sentence.

    A noun: `prep` ("" where there is none; long ones by one word), `the` its determiner, `words` before the placeholder, and the
    placeholder's `letter` and `number` ("" and -1 without one). A verb: its `lemmas`, its `voice` ("bare" is a participle without
    auxiliary), and whether it is reflexive (`itself`), has a pronoun for its object (`him`: « X la finance », « X lui verse », « X nous
soutient ») or for its place (`there`: « X y a ouvert »). A pronoun is a noun whose `words` are « il » and whose `the` is itself. Who speaks (« nous », « chez nous ») is a noun of the letter "N". Of the end of a clause, `words` is its mark.
    """

    kind: Kind
    start: int
    end: int
    prep: str = ""
    the: str = ""
    words: str = ""
    letter: str = ""
    number: int = -1
    voice: Voice = ""
    itself: bool = False
    him: bool = False
    there: bool = False
    lemmas: tuple[str, ...] = ()


_OF = "(?:de la |de l'|des |du |de |d')"
_LONG = {
    "par": f"(?:à l'initiative|à l'instigation|sous l'impulsion|sous l'égide) {_OF}",
    "chez": f"(?:au sein|dans les (?:locaux|murs|bureaux)) {_OF}",
    "with": f"(?:(?:en (?:partenariat|collaboration|coopération|association|lien)(?: étroite?)?|main dans la main|de concert|conjointement) avec |(?:aux côtés|en compagnie|avec (?:le concours|la participation|la complicité)) {_OF})",
    "support": f"(?:avec|grâce (?:à|au)) (?:le |l'|la )?(?:soutien|appui|aide|concours financier|financement|cofinancement|subvention|mécénat|participation financière)(?: financi(?:er|ère))? {_OF}",
    "from": f"(?:auprès|de la part) {_OF}",
    "head": f"(?:à la (?:tête|présidence|direction(?: générale)?)|aux commandes|aux manettes|aux rênes) {_OF}",
    "near": f"(?:(?:près|à proximité|non loin|aux portes|en périphérie|aux abords|à côté|en face|à deux pas|au nord|au sud|à l'est|à l'ouest) {_OF}|face (?:à la |à l'|aux? |à ))",
    "against": f"(?:au lieu|à la place|à la suite|hors|faute|en dehors|loin|plutôt que|à la différence|contrairement) (?:{_OF}|aux? |à )",
    "for": f"(?:au profit|au bénéfice|en faveur|pour le compte|au nom) {_OF}",
    "as": "(?:en tant que |en qualité (?:de |d')|au poste (?:de |d')|au titre (?:de |d'))",
    "like": "(?:ainsi qu(?:e |')|de même qu(?:e |')|tel(?:le)?s? qu(?:e |')|mais aussi |ou encore |dont |parmi lesquel(?:le)?s (?:figurent )?|notamment |à savoir )",
}
"""Prepositions of several words, by one that stands for them."""
_TOKEN = re.compile(
    r"‹(?P<letter>[A-Z])(?P<number>\d+)›|"
    + "|".join(rf"(?P<{name}_>(?<![\w'])(?i:{words}))" for name, words in _LONG.items())
    + r"|(?P<word>aujourd'hui|s'(?=ils? )|[\w&]+(?:[-.·][\w]+)*'?)|(?P<mark>[^\w\s])"
)
_PREPOSITIONS = {
    **dict.fromkeys(("à", "au", "aux"), "à"), **dict.fromkeys(("de", "du", "d'", "des"), "de"),
    **{w: w for w in ["chez", "par", "avec", "pour", "dans", "sur", "en", "via", "sans", "selon", "entre", "contre", "vers", "depuis", "dès", "sous", "derrière", "devant", "parmi", "comme", "après", "avant", "pendant", "durant", "outre", "malgré", "sauf"]},
    "jusqu'": "depuis", "rue": "dans", "quai": "dans",
}  # fmt: skip
_DETERMINERS = frozenset(["le", "la", "les", "l'", "un", "une", "ce", "cet", "cette", "ces", "son", "sa", "ses", "leur", "leurs", "notre", "nos", "votre", "vos", "mon", "ma", "mes", "chaque", "plusieurs", "quelques", "certains", "certaines", "tout", "toute", "tous", "toutes", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"])
_CLITICS = frozenset(["ne", "n'", "y", "me", "m'", "te", "t'", "nous", "vous", "lui"])
_PRONOUNS = frozenset(["il", "elle", "on", "ils", "elles", "celle", "celui", "ceux", "celles", "c'", "ce", "ça", "cela"])
_PERSONAL = frozenset(["il", "elle", "ils", "elles"])
_HAVE = frozenset(["a", "ont", "avait", "avaient", "aura", "auront", "aurait", "auraient", "eut", "avoir", "ayant", "ai", "avons", "avez"])
_BE = frozenset(["est", "sont", "était", "étaient", "sera", "seront", "serait", "seraient", "fut", "furent", "être", "étant", "suis", "sommes", "êtes", "soit", "soient"])
_BE_LIKE = frozenset(["reste", "restent", "restera", "demeure", "demeurent", "devient", "deviennent", "deviendra", "devenu", "devenue", "devenus", "devenir", "devenait"])
_MODAL = frozenset(["va", "vont", "allait", "allaient", "doit", "doivent", "devait", "devaient", "devrait", "devraient", "devra", "devront", "peut", "peuvent", "pouvait", "pouvaient", "pourra", "pourront", "pourrait", "pourraient", "vient", "viennent", "venait", "veut", "veulent", "souhaite", "souhaitent", "espère", "espèrent", "entend", "entendent"])
_ADVERBS = frozenset(["aujourd'hui", "déjà", "désormais", "également", "aussi", "ainsi", "notamment", "toujours", "bientôt", "ensuite", "enfin", "pas", "plus", "jamais", "encore", "très", "bien", "même", "seulement", "surtout", "ensemble", "lors", "là", "ici", "non", "mieux", "hier", "demain", "donc", "plutôt"])
_DAYS = frozenset(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])
_LINKS = frozenset(["et", "ou", "puis", "ni", "&"])
_THAT = frozenset(["où", "quand", "lorsque", "lorsqu'", "si", "s'", "car", "tandis", "parce", "puisque", "puisqu'", "alors", "mais", "comment", "pourquoi"])
_EITHER = frozenset(["pilote", "pilotes", "finance", "finances", "aide", "aides", "porte", "portes", "offre", "offres", "compte", "comptes", "forme", "place", "marque", "marques", "lance", "loge", "cible", "visite", "double", "pose", "livre", "groupe", "partage", "base", "reste", "crée", "incube", "anime", "monte", "tient", "suit", "reprise", "rachat", "projets", "travaille", "dirigeant", "dirigeants", "gérant", "gérants", "associant", "parrain"])  # fmt: skip
"""Words that are nouns as well as verbs."""
_DONE = re.compile(r"(?:é|i|u|is|it|ert|int)(?:e|s|es)?$")
_DOES = re.compile(r"(?:[^m]ent|[eat]|ait|aient|era|eront|ira|iront)$")
_HAS = re.compile(r"(?:a|ont|avait|avaient|aura|auront|aurait) ")
_LY = re.compile(r"(?<!bâti)(?<!finance)(?<!départe)(?<!événe)(?<!équipe)(?<!investisse)(?<!loge)(?<!établisse)(?<!développe)ment$")


def phrases(text: str, verbs: Verbs) -> list[Phrase]:
    """The phrases of the masked sentence `text`, in order."""
    reading = _Reading(verbs)
    for m in _TOKEN.finditer(text):
        reading.ahead = bool(_HAS.match(text, m.end()))
        reading.take(m)
    reading.close()
    return reading.done


class _Reading:
    """What is read so far: phrases `done`, the noun phrase `open` that may go on, and the auxiliary `aux` that waits for its participle."""

    def __init__(self, verbs: Verbs) -> None:
        self.verbs = verbs
        self.ahead = False
        self.done: list[Phrase] = []
        self.open: Phrase | None = None
        self.aux = ""
        self.itself = False
        self.him = False
        self.there = False

    def close(self) -> None:
        """The open noun phrase goes no further."""
        if self.open is not None:
            if self.open.words:
                self.done.append(self.open)
                if self.aux in ("have", "modal"):
                    self.aux = ""
            self.open = None

    def add(self, kind: Kind, m: re.Match[str], words: str = "") -> None:
        self.close()
        self.aux, self.itself, self.him, self.there = "", False, False, False
        self.done.append(Phrase(kind, m.start(), m.end(), words=words))

    def noun(self, m: re.Match[str]) -> Phrase:
        """The noun phrase that goes on or begins here."""
        if self.open is None:
            self.open = Phrase("noun", m.start(), m.end())
        self.open.end = m.end()
        return self.open

    def take(self, m: re.Match[str]) -> None:
        """Read one token."""
        what = str(m.lastgroup)
        if what == "number":
            phrase = self.noun(m)
            phrase.letter, phrase.number = m["letter"], int(m["number"])
            self.done.append(phrase)
            self.open = None
            if phrase.letter in "HOP" and not phrase.prep:
                self.aux = ""
        elif what.endswith("_"):
            self.close()
            self.noun(m).prep = what[:-1]
        elif what == "mark":
            if m[0] == ",":
                self.add("comma", m)
            elif m[0] not in "\"'…#*%€+":
                self.add("end", m, m[0])
        else:
            self.word(m, m[0].lower())

    def word(self, m: re.Match[str], word: str) -> None:
        last = self.done[-1] if self.done else None
        if word in _LINKS:
            self.add("and", m)
        elif word == "qui":
            self.add("who", m)
        elif word in ("que", "qu'"):
            self.add("which", m)
        elif (word in _THAT and (word != "s'" or m.string.startswith("il", m.end()))) or word == "dont":
            self.add("that", m, word)
        elif word in _HAVE:
            self.close()
            self.aux = "have"
        elif word in _BE or word in _BE_LIKE:
            self.close()
            self.done.append(Phrase("verb", m.start(), m.end(), voice="active", lemmas=("être",), words=word))
            self.aux = "be"
        elif word == "été" and self.aux == "have":
            self.done.append(Phrase("verb", m.start(), m.end(), voice="active", lemmas=("être",), words=word))
            self.aux = "be"
        elif word in _MODAL and self.open is None:
            self.done.append(Phrase("verb", m.start(), m.end(), voice="active", words="modal"))
            self.aux = "modal"
        elif word in ("se", "s'"):
            self.close()
            self.itself = True
        elif word == "nous" or (word == "moi" and self.open and self.open.prep):
            phrase = self.noun(m)
            phrase.letter, phrase.words = "N", word
            self.done.append(phrase)
            self.open = None
        elif word == "l'" and self.open is None and last is not None and (last.kind == "who" or last.letter in tuple("HOPN") or last.words == "il") and self.ahead:
            self.him = True
        elif word in _CLITICS and (self.open is None or not self.open.prep):
            self.close()
            self.him |= word == "lui"
            self.there |= word == "y"
        elif word in _PRONOUNS and not (self.open and self.open.prep) and (word != "ce" or self.aux):
            self.close()
            self.done.append(Phrase("noun", m.start(), m.end(), words="il", the=word if word in _PERSONAL else ""))
        elif word in self.verbs and self.verb(m, word, last):
            pass
        elif word in _PREPOSITIONS and not (word == "des" and self.open is None and (last is None or last.kind != "noun" or last.words == "il")):
            self.close()
            self.noun(m).prep = _PREPOSITIONS[word]
        elif word in _DETERMINERS or word == "des":
            if self.open is not None and self.open.words:
                self.close()
            self.noun(m).the = word
        elif word in _ADVERBS or (word in _DAYS and self.open is None) or (_LY.search(word) and (self.open is None or not self.open.the)):
            pass
        elif self.open is None and self.aux in ("have", "be") and _DONE.search(word):
            self.close()
            self.done.append(Phrase("verb", m.start(), m.end(), voice="active" if self.aux == "have" else "passive"))
            self.aux, self.itself = "", False
        elif self.open is None and (
            self.itself
            or (last is not None and (last.kind == "who" or (last.letter in tuple("HOP") and not last.prep)) and word.islower() and _DOES.search(word) and m[0] == word)
        ):
            self.done.append(Phrase("verb", m.start(), m.end(), voice="active"))
            self.itself = False
        else:
            phrase = self.noun(m)
            phrase.words = f"{phrase.words} {word}" if phrase.words else word

    def verb(self, m: re.Match[str], word: str, last: Phrase | None) -> bool:
        """Read `word` as a verb, if it is one here."""
        open_, found = self.open, self.verbs[word]
        kinds = {form for _, form in found}
        voice: Voice
        if self.aux in ("have", "be") and "participle" in kinds and open_ is None:
            voice = "active" if self.aux == "have" else "passive"
            kinds = {"participle"}
            if self.aux == "be" and last is not None and last.lemmas == ("être",):
                m_start = last.start
                self.done.pop()
            else:
                m_start = m.start()
        elif "infinitive" in kinds and (open_ is None or not (open_.the or open_.words)):
            voice, m_start, kinds = "infinitive", m.start(), {"infinitive"}
            if (open_ is None or open_.prep == "de") and last is not None and last.words == "modal":
                voice, m_start = "active", last.start
                self.done.pop()
            self.open = None
        elif "finite" in kinds and m[0] == word:
            clitic = open_ is not None and not open_.words and not open_.prep and open_.the in ("le", "la", "les", "l'", "leur")
            if clitic:
                if not (last is not None and (last.kind == "who" or (last.kind == "noun" and (last.letter in tuple("HOP") or last.words == "il")))):
                    return False
                self.open, self.him = None, True
            elif (open_ is not None and (not open_.words or word in _EITHER)) or (open_ is None and word in _EITHER and (last is None or last.kind in ("comma", "end") or last.lemmas == ("être",))):
                return False
            if "participle" in kinds and self.open is None and (last is None or last.kind in ("comma", "and", "end")):
                voice, kinds = "bare", {"participle"}
            else:
                voice, kinds = "active", {"finite"}
            m_start = m.start()
        elif "participle" in kinds and (open_ is None or open_.words):
            voice, m_start, kinds = "bare", m.start(), {"participle"}
        elif "gerund" in kinds and (open_ is None or open_.words or (open_.prep == "en" and not open_.the)) and word not in _EITHER:
            voice, m_start, kinds = "active", m.start(), {"gerund"}
            self.close()
            self.done.append(Phrase("who", m.start(), m.start()))
        else:
            return False
        self.close()
        lemmas = tuple(lemma for lemma, form in found if form in kinds)
        if self.done and self.done[-1].letter == "N" and not self.done[-1].prep and not word.endswith("ons") and voice == "active":
            self.done.pop()
            self.him = True
        self.done.append(Phrase("verb", m_start, m.end(), voice=voice, itself=self.itself, him=self.him, there=self.there, lemmas=lemmas, words=word))
        self.aux, self.itself, self.him, self.there = "", False, False, False
        return True
