"""What the rules that read sentences are made of.

A rule is a pattern over a masked sentence (`sentences`) in which `<s:OH>` stands for one mention,
the hub or an organisation, called s, and `<ss:P*>` for a list of people called ss. What is denied
or supposed makes no claim; what is to come is qualified `planned`. What a rule finds is `Said`.

Belongs here: the form of rules, the words that several need, and modality. The rules themselves
are in `relations`, `bonds`, `giving` and `posts` (who with whom), in `frames`, `roles` and `nearby` (the same, told by the row of phrases that
a sentence is), `accounts` (how many, how much) and `happenings` (what, when).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import or_
from typing import Any

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.cues import Cues, required
from km0_pipeline.press.dates import Found
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.sentences import Item, Masked, Sentence, governing
from km0_pipeline.press.speech import Speech
from km0_pipeline.press.topics import ASIDE, is_paper


@dataclass(frozen=True, slots=True)
class Said:
    """Something said: `subject` and `value` are mentions (a value may be text); `start` to `end` its words."""

    start: int
    end: int
    subject: Mention
    property: str
    value: str | Mention
    qualifier: Qualifier = "exact"
    scope: str | Mention = ""
    as_of: str = ""
    confidence: float = 0.85


DET = r"(?:(?:d[eu] |d'|à )?(?:son |sa |ses |leurs? )|d[ue]s? |de la |de l'|l[ae]s? |l'|aux? |à la |à l'|une? |d'|dans l[ae] |dans l')?"
OF = r"(?:du |de la |de l'|des |de |d'|au |à la |à l')"
ADJECTIVE = (
    r"[a-zà-ÿ-]+(?:ique|al|ale|aux|ales|iel|ielle|aise?|ienne?|oise?|aine?|ive?|aire|eur|euse|u|ée?|iste|ines?)s?"
)
_HEAD = (
    r"société|entreprise|start-?up|jeune pousse|banque|association|école|éditeur|agence|groupe|studio|cabinet|techlab|fab-?lab|incubateur|accélérateur|projet|réseau|campus|"
    r"bâtiment|concours|festival|programme|service|plateforme|plate-forme|fonds|tiers-lieu|pépinière|coopérative|coworking|espace|collectif|fondation|syndicat|cluster|pôle|"
    r"hub|ville|commune|communauté|métropole|région|département|université|institut|lycée|laboratoire|plan|dispositif|application|site|musée|média|journal|magazine|"
    r"événement|évènement|salon|fédération|club|label|PME|ETI|ESN|SCOP|Scop|SCIC|Scic|SAS|ONG|maison|marque|cabinet|opérateur|consortium|groupement|lieu|structure|centre|média|"
    r"médiathèque|bibliothèque|mairie|agglomération|ministère|chambre|brasserie|atelier|technopole|alliance|guilde|communauté de communes|spécialiste|géant|leader|hôtel|immeuble|foncière|régie|conseil|caisse|mutuelle|filiale|accélérateur|actionnaire|investisseur|partenaire|voisin|maison|halle|grange|bureau|plate-forme|"
    r"concepteur|fabricant|distributeur|assureur|entité|couveuse|conciergerie|ressourcerie|recyclerie|ONG|PMI|SEM|SARL|fournisseur"
)
NOUN = rf"(?:(?:jeune |grande? |petite? |nouve(?:au|l|lle) |futur )?(?:{_HEAD})[sx]?(?: d(?:e |')[a-zà-ÿ]+(?: mixte)?)?(?: {ADJECTIVE}){{0,2}} )?"
THE = rf"(?:[Ll][ea] |[Ll]es |[Ll]'|[Cc]e |[Cc]ette |[Uu]ne? )?{NOUN}"
BE = (
    r"(?:ne |n')?(?:y )?(?:est|sont|sera|seront|serait|seraient|fut|furent|a été|ont été|vien(?:t|nent) d'être|(?:devrait|devraient|doit|doivent|va|vont|pourrait|pourraient) (?:\w+ )?être|"
    r"devient|deviennent|deviendra|deviendront|reste|restent|restera|resteront|demeure|demeurent)(?: pas| plus| jamais)?(?: également| aussi| déjà| désormais| aujourd'hui| toujours| notamment| ainsi)? "
)
AUX = (
    r"(?:ne |n')?(?:y )?(?:vien(?:t|nent) d(?:e |'))?(?:(?:a|ont|doit|doivent|devrait|devraient|va|vont|aura|auront|pourrait|pourraient) )?(?:pas |plus |jamais )?"
    r"(?:y )?(?:déjà |également |aussi |ainsi |notamment |désormais |aujourd'hui |toujours )?"
)
APPOSED = r"(?:, [^‹,.;:]{1,60}(?:‹[A-Z]\d+›[^‹,.;:]{0,30}){0,3},)?"
IN = r"(?:au|à la|à l'|à|dans le|dans la|dans l'|dans|chez|sur le|sur la|sur) (?:sein (?:du |de la |de l'|de ))?"
FUND = r"(?:apport|vers|accord|octroi|allou|invest|inject|attribu|débloqu|consacr|mis|subventionn|financ|soutien|souten|contribu|particip|abond|aid)[a-zà-ÿ]*"
SEP = r"(?:, et | et par | et |, ainsi que | ainsi que |, ou encore | ou encore | ou |, mais aussi | mais aussi |, puis |, | ?[·•] ?)"


@dataclass(frozen=True, eq=False)
class Form:
    """A rule: `words` are its regular expression, `needs` sets of letters of each of which a sentence must have one for it to match.

    What takes time, to parse and compile the words, is done when they are first tried: few rules are, of few texts.
    """

    words: str
    needs: tuple[frozenset[str], ...]
    bit: int
    """Which of `FORMS` it is, as `Cues` tell it."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The words compiled."""
        return re.compile(self.words)

    @cached_property
    def cues(self) -> tuple[frozenset[str], ...]:
        """Sets of strings of each of which a sentence must hold one for it to match, as far as that can be told."""
        words = self.words
        for optional in (NOUN, DET, AUX):  # they tell nothing, and are most of what there is to parse
            words = words.replace(optional, "(?:x)?")
        return required(words)


FORMS: list[Form] = []
"""All rules."""


@cache
def _with_letters(letters: frozenset[str], forms: int) -> int:
    """Which of the first `forms` rules may match a text with placeholders of these letters, as `Cues`."""
    return sum(form.bit for form in FORMS[:forms] if all(need & letters for need in form.needs))


@cache
def _cues(forms: int) -> Cues:
    return Cues([form.cues for form in FORMS[:forms]])


def _possible(text: str) -> int:
    """Which rules may match `text`, as `Cues`."""
    letters = frozenset(_LETTER.findall(text))
    return _with_letters(letters, len(FORMS)) & _cues(len(FORMS)).within(text)


_LETTER = re.compile("‹([A-Z])")
_PLACEHOLDER = re.compile(r"<(?:(?P<name>[a-z]+):)?(?P<letters>[HOPLKEADS]+)(?P<many>\*)?>")


def rule(text: str) -> Form:
    """A rule: `<name:LETTERS>` is a placeholder, `<name:LETTERS*>` a list of them, `<LETTERS>` one without name."""

    def placeholder(m: re.Match[str]) -> str:
        name, letters, many = m["name"], m["letters"], m["many"]
        one = rf"{DET}{NOUN}‹[{letters}]\d+›"
        if many:
            return rf"(?P<{name}>{one}(?:{SEP}{one})*)"
        return rf"‹[{letters}](?P<{name}>\d+)›" if name else rf"‹[{letters}]\d+›"

    bare = re.sub(r"\\.", "  ", text)
    needs = tuple(  # those outside every group: what stands in one may be left out
        frozenset(m["letters"])
        for m in _PLACEHOLDER.finditer(text)
        if bare.count("(", 0, m.start()) == bare.count(")", 0, m.start())
    )
    FORMS.append(Form(_PLACEHOLDER.sub(placeholder, text), needs, 1 << len(FORMS)))
    return FORMS[-1]


_NEGATION = re.compile(
    r"(?:\bne |\bn')[^,;:]{0,40}?\b(?:pas|plus|jamais|guère|aucun|aucune|ni)\b(?! qu(?:e |'))|\b(?:sans|ni|aucun|aucune) "
    r"|\b(?:failli|(?<!\bn')(?<!\bne )(?<!\bn'a )(?<!\bn'ont )(?:(?:cess|arrêt|refus|manqu|évit)[a-zé]+ d[e']|(?:renonc|échou)[a-zçé]+ à)) ?(?:[ylems]+[ '])?[a-zà-ÿ]+(?:er|ir|re)\b",
    re.I,
)
_SUPPOSED = re.compile(
    r"\b(?!devrai)[a-zà-ÿ]{2,}(?:rait|raient)\b|\bpourrai(?:en)?t\b|\b[Ss]i (?=‹|l[ae]s? |l'|une? |ce)|\b[Ss]'ils? |\b[Àà] supposer|\b[Àà] moins qu|\b(?:aurait|auraient|serait|seraient)\b"
)
_WISHED = re.compile(
    r"\b(?:souhait(?:e|ent|ait|aient|ons|ez)|v(?:eut|eulent|oulait|oulons|oulez)|rêv(?:e|ent|ons)|espèr(?:e|ent)|espérons|demand(?:e|ent)|réclam(?:e|ent)|appel(?:le|lent) à|propos(?:e|ent) d[e']|cherch(?:e|ent|ons) à|"
    r"ambitionn(?:e|ent)|à condition|faute de|au lieu de|il faut|il faudrait|je pense|je crois|à mon avis|selon moi|peut-être|sans doute|aimer\w+)\b",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:prévue?s?|prévoi(?:t|ent)|devr?ai(?:en)?t|doi(?:t|vent)|à terme|d'ici|bientôt|prochainement|attendue?s?|programmée?s?|envisag\w+|ambition|objectif|"
    r"promet\w*|v(?:a|ont) (?=[a-zà-ÿ']+(?:er|ir|re)\b)|future?s?|[a-zà-ÿ]+(?:era|eront|ira|iront|dra|dront|tra|tront|ura|uront|vra|vront))\b",
    re.I,
)


AT = (
    r"(?:(?i:en|aux?|à la|à|le|dès|fin|début|courant|dans les|d'ici|à partir de|vers|pendant|durant|au cours de)(?: (?:la |le |l')?(?:fin|début|mois|année|courant)(?: de| d')?)?"
    r"(?: l[ae])? |(?i:à l'|l'|mi-|au cours de l'|à la fin de l'|dès l'))?‹[DS](?P<d>\d+)›"
)
"""When something was so: « en 2019 », « fin 2019 »; not « depuis 2019 », which still holds. The date is the item `d`."""
_WHEN_FIRST = re.compile(rf"(?:^[^\w‹]*|, ){AT}(?:,| (?=‹|l[ae] |l'))")
_WHEN_AFTER = re.compile(rf"(?: [^‹.;:,()]{{0,25}}‹[HOL]\d+›)?,? ?{AT}")
_OVER = re.compile(
    r"\bjusqu'(?:en|aux?|à)\b[^‹.;:,]{0,20}?(?:‹[DS]|\d{4}\b)|\bjusqu(?:'alors|'ici|'à présent|e-là)\b|\bjusqu'à (?:la|sa|son|leur) (?:fin|fermeture|départ|faillite|liquidation|disparition|déménagement)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?!(?:satis|par|for|bien)?fait\b|(?:ex|por|at|re)?trait\b|sait\b|souhait\b|plait\b|dev)[a-zà-ÿ]{2,}ai(?:en)?t\b|\b(?:a|ont) été (?:[a-zà-ÿ']+ )*?(?:locataires?|(?:hébergé|logé|basé|accueilli)e?s?)\b"
)
_DETERMINER = r"(?:une?|l[ae]s?|des|ce|cet|cette|ces|sa|son|ses|leurs?|notre|nos|plusieurs|quelques|deux|trois) |l'"
_TIME = r"(?:\w+ )?(?:ans?|années?|mois|semaines?|jours?|printemps|été|automne|hiver|rentrée|heure|moment|époque)\b"


def interposed(words: str) -> bool:
    """Whether `words`, from a mention to a verb, name another subject of the verb: « (le KM0), dont l'école … »."""
    if re.match(
        rf",? ?(?:(?:est|sera|était|devient|deviendra|reste|constitue|forme) )?(?:{_DETERMINER})[^,]*\bqui $", words
    ):
        return False  # « est un pôle qui … », « , un pôle qui … »
    if re.search(rf" (?:{_DETERMINER})[^,]*\bqui $", words):
        return True
    clauses = re.split(r",|\b(?:et|mais|ou|car|dont|où|quand|lorsque|que)\b|\b(?:lorsqu|qu)(?=')", words)
    return len(clauses) > 1 and bool(re.match(rf"['\s]*(?:{_DETERMINER})(?!{_TIME})\w", clauses[-1]))


_NAMING = re.compile(rf"(?:(?<![\w'])(?:l[ae] |les |l'|ce(?:t|tte)? |son |sa |ses |leurs? )?(?<![\w]){NOUN})$", re.I)
_BEFORE_NAME = re.compile(rf"{DET}{NOUN}", re.I)
_LISTED_BEFORE = {k: re.compile(rf"(?:‹[{k}]\d+›{SEP}{DET}{NOUN})+$") for k in ("P", "HO")}
_ITS_OWN = re.compile(
    r"projet|société|entreprise|start-?up|association|équipes?|groupe|coopérative|fablab|incubateur|banque|école|campus|réseau|bâtiment|site|pôle|agence|studio|cabinet|fonds",
    re.I,
)
"""Nouns that name what they belong to: « le projet du KM0 », « l'équipe de X » are the KM0, X."""


def leads(m: re.Match[str], group: str = "s") -> bool:
    """Whether the mention `group`, with which `m` begins, is what its clause is about: not « l'inauguration du ‹H0› réunit », « avec ‹O1›, il »."""
    if m.start(group) - m.start() > 2:
        return True
    g = governing(m.string[: m.start()])
    if g is None:
        return True
    if g["of"] or g["of2"]:
        return bool(g["noun"] and _ITS_OWN.fullmatch(g["noun"]))
    return bool(re.match(r",? qui\b", m.string[m.end(group) + 1 :]))


class Reader:
    """Reads one sentence and its clauses, whose pronouns mean `its`.

    `hub` is the hub as the document speaks of it, if it does, `topic` whom its title names, `focus` whom it seems to be about where that is not sure,
    `said` its speech, `paper` the paper it stands in, `last` whether the sentence is among its last, `earlier` the sentences just before it, `hero` the person of whom
    the text speaks most.
    """

    def __init__(
        self,
        sentence: Sentence,
        hub: Mention | None,
        topic: Mention | None = None,
        said: Sequence[Speech] = (),
        clauses: Sequence[Masked] = (),
        its: Mapping[int, Item] = {},
        focus: Mention | None = None,
        paper: Mention | None = None,
        last: bool = False,
        earlier: Sequence[Sentence] = (),
        hero: Mention | None = None,
    ) -> None:
        self.sentence = sentence
        self.items = sentence.items | dict(its)
        self.parts = clauses
        self.hub = hub
        self.topic = topic
        self.focus = topic or focus
        self.paper = paper
        self.last = last
        self.earlier = earlier
        self.hero = hero
        self.cuts = [p for s in said for p in (s.start, s.end) if sentence.start < p < sentence.end]
        self._flat = [(sentence.flat, _possible(sentence.flat.text))]
        self._full = self._flat if sentence.full.text == sentence.flat.text else [(sentence.full, _possible(sentence.full.text))]
        self._all = [*self._flat, *((c, _possible(c.text)) for c in clauses)]
        self._any = reduce(or_, (possible for _, possible in (*self._full, *self._all)))

    def may(self, form: Form) -> bool:
        """Whether the sentence has what `form` needs, as far as that is told without trying it."""
        return bool(self._any & form.bit)

    def mention(self, number_: str) -> Any:
        """The item of a placeholder's number."""
        return self.items[int(number_)]

    def many(self, listed: str) -> list[Mention]:
        """The mentions of a list of placeholders."""
        return [m for n in re.findall(r"‹[A-Z](\d+)›", listed) if isinstance(m := self.items[int(n)], Mention)]

    def modality(self, masked: Masked, start: int, end: int, ahead: int = 12) -> Qualifier | None:
        """`exact`, `planned`, or None where the clause around the range, and `ahead` of it, is denied, supposed, wished or asked."""
        text = masked.text
        first, last = (
            max(text.rfind(c, 0, start) for c in (";", ":", " – ", "alors que ", "tandis que ")) + 1,
            min(len(text), end + ahead),
        )
        for cut in self.cuts:  # what is said is one clause, who says it another
            at = bisect_left(masked.at, cut)
            first, last = (max(first, at), last) if at <= start else (first, min(last, max(at, end)))
        clause = text[first:end] + re.split(r",| et | mais | puis ", text[end:last])[0]
        if (
            _NEGATION.search(clause)
            or _SUPPOSED.search(clause)
            or _WISHED.search(clause)
            or text.rstrip(' )"').endswith("?")
        ):
            return None
        return "planned" if _PLANNED.search(clause) else "exact"

    def own(self, m: re.Match[str], qualifier: Qualifier) -> Qualifier:
        """`qualifier` of words that hold their verb, or need none: who will do something already is who and where they are said to be."""
        return "planned" if qualifier == "planned" and _PLANNED.search(m[0]) else "exact"

    def matches(self, form: Form, full: bool = False) -> Iterable[tuple[re.Match[str], Qualifier, int, int]]:
        """Where `form` stands in the sentence (with its brackets if `full`), with its modality and its range."""
        return self._matches(form, self._full if full else self._flat) if self._any & form.bit else ()

    def clauses(self, form: Form) -> Iterable[tuple[re.Match[str], Qualifier, int, int]]:
        """Where `form` stands in the sentence or in one of its clauses, as `matches`."""
        return self._matches(form, self._all) if self._any & form.bit else ()

    def _matches(self, form: Form, texts: Iterable[tuple[Masked, int]]) -> Iterator[tuple[re.Match[str], Qualifier, int, int]]:
        for masked, possible in texts:
            for m in form.pattern.finditer(masked.text) if possible & form.bit else ():
                qualifier = self.modality(masked, m.start(), m.end())
                if qualifier is not None:
                    yield m, qualifier, *masked.span(m.start(), m.end())

    def when(self, m: re.Match[str], end: int = 0) -> str:
        """The date at which what `m` says, up to `end` if given, was so, as far as its sentence says; else ''."""
        found = self.dated(m, end)
        return found.value if found else ""

    def dated(self, m: re.Match[str], end: int = 0) -> Found | None:
        """The words of `when`."""
        text, end = m.string, end or m.end()
        head = max(text.rfind(c, 0, m.start()) for c in (";", ":", "–")) + 1
        at = _WHEN_AFTER.match(text, end) or _WHEN_FIRST.search(text[head : m.start()].rstrip() + " ‹")
        found: Found | None = self.mention(at["d"]) if at else None
        return found

    def held(self, m: re.Match[str], qualifier: Qualifier, verb: str = "", end: int = 0) -> str | None:
        """`when`, or None where what `m` says was over when it was said; `verb` are the words with its verb, if not all."""
        text, as_of = m.string, self.when(m, end)
        if qualifier == "planned":
            return as_of
        clause = re.split(r"[.;:]", text[end or m.end() :])[0][:60]
        before = re.split(r"[;:–]", text[: m.start()])[-1]
        if _OVER.search(m[0]) or _OVER.search(clause) or _OVER.match(before.lstrip()):
            return None
        reported = re.search(r"\bqu(?:e |')", before)
        return None if not as_of and not reported and _PAST.search(verb or m[0]) else as_of

    def governed(self, m: re.Match[str]) -> bool:
        """Whether what `m` begins with hangs on a word before it: « la directrice de X pilote Y » says nothing of X."""
        first = m.string.find("‹", m.start())
        if not _BEFORE_NAME.fullmatch(m.string, m.start(), first):
            return False
        about = self.sentence.about
        if about is not None and self.mention(m.string[first + 2 : m.string.index("›", first)]) is about:
            return False
        same = _LISTED_BEFORE["P" if m.string[first + 1] == "P" else "HO"]
        before = same.sub("", m.string[max(0, first - 120) : first])
        return governing(_NAMING.sub("", before, count=1)) is not None

    def doers(self, m: re.Match[str], listed: str) -> list[Mention]:
        """Whom `m` says it of, of those `listed` where it begins: of « Chez X, Y » Y, for a list ends in « et »; of « la directrice de X » none."""
        named = self.many(listed) if "‹" in listed else [self.mention(listed)]
        if not self.governed(m):
            return named
        return named[-1:] if len(named) > 1 and not re.search(r"\b(?:et|ou|que|puis) ", listed) else []

    def subject_of(self, m: re.Match[str], o: Mention) -> Mention | None:
        """`o`, the last one named before the verb of `m`; but what its sentence is about if it hangs on another word or closes a clause put in."""
        closes = re.match(r"‹[A-Z]\d+›, (?:(?:est|sont|sera|a|ont|va|vont|reçoit|bénéficie|obtient)\b|s'|se )", m[0])
        return self.sentence.about if closes or self.governed(m) else o

    def implied(self) -> Mention | None:
        """Whom a sentence that names no subject goes on about."""
        return self.sentence.subject

    def spoken(self, besides: Container[str] = (), near: bool = False) -> Mention | None:
        """Whom « l'entreprise » or no name at all means, but those `besides`: whose entry of a list it is, whom the title names, or whom both the
        sentences before and the whole text are about; the former alone if `near` (« sa directrice »). None where they are two.
        """
        if self.sentence.within is not None or self.sentence.item:
            return self.sentence.within
        local = self.sentence.subject
        if local is not None and (local.key in besides or local.kind in ASIDE or (self.paper is not None and local.key == self.paper.key)):
            local = None
        if near:
            return local or (self.focus if self.focus and self.focus.key not in besides else None)
        if local is not None and local.key != (self.focus.key if self.focus else local.key):
            return None if self.topic is None or self.topic.key in besides or self.sentence.before[:1] == (local,) else self.topic
        meant = self.topic or local or self.focus
        return meant if meant is not None and meant.key not in besides and (meant is self.topic or not is_paper(meant)) else None

    def whose(self, m: re.Match[str]) -> Mention | None:
        """Whose it is what `m` says without naming an organisation: that of its sentence, else whom the text has been about; None where two may be meant."""
        if self.sentence.within is not None or self.sentence.item:
            return self.sentence.within
        apart = self.sentence.flat.text.replace(m[0], " ")  # whom it is said of is not one of those whom `m` names
        named = {self.mention(n).key for n in re.findall(r"‹[HO](\d+)›", apart)}
        about = self.sentence.about
        if about is not None and named == {about.key}:
            return about
        return self.topic if self.topic and not named - {self.topic.key} else None


Rule = Callable[[Reader], Iterator[Said]]
