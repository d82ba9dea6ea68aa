"""Page furniture: lines of a page that are about the page, not about the world.

Breadcrumbs, « Lire aussi » and what it lists, sharing and subscription, captions and credits, cookie
notices, lists of links, headings such as « Communiqué de presse ». They make no claims: `readable` blanks them
out before anything is looked for. Who is to be contacted is said of the world, and read.

Belongs here: by which words and which shape such a line is known. Headers and footers of printed
pages, which repeat, belong to `layout`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from km0_pipeline.press.folding import fold, straighten

_LONGEST = 180
"""Characters from which on a line is a paragraph, whatever it begins with."""
_LISTED = 12
"""Lines that a heading such as « À lire aussi » may stand above."""

_ALONE = re.compile(
    r"(?:communique|dossier|revue) de presse|pour diffusion immediate|(?:a )?lire aussi|a lire egalement|(?:voir|a voir) aussi|accueil|menu|sommaire|rechercher|recherche"
    r"|partager|imprimer|commentaires?|newsletters?|actualites?|suivez nous|mentions legales|plan du site|haut de page|retour(?: (?:aux?|a la|a l') ?(?:liste|accueil|actualites|articles?|page|sommaire)\b.*)?|(?:pour )?en savoir plus"
    r"|(?:articles? )?(?:precedente?s?|suivante?s?|similaires?|lies?|associes?|recents?)|sur le meme (?:sujet|theme)|pour aller plus loin|credits?|photos?|se connecter|connexion"
    r"|(?:quelques )?liens(?: utiles)?|accessibilite|cookies?|(?:tout )?(?:accepter|refuser)|s'abonner|abonnez vous|publicite|tags?|mots cles|facebook|twitter|linkedin|instagram|youtube"
)
"""Folded lines that are furniture if they say nothing else."""
_BEGINS = re.compile(
    r"(?:a )?lire (?:aussi|egalement)|lire (?:la suite|l'article|le dossier|plus|notre)|(?:a )?voir (?:aussi|egalement)|a (?:re)?(?:lire|voir|ecouter|decouvrir) ?:|sur le meme (?:sujet|theme)"
    r"|partage[rz] (?:sur|cet|cette|l'article|l'info|la page|par|via|:)|tweeter\b|imprimer (?:cet|l'|la)|envoyer (?:par|a un)|(?:re)?suivez nous|(?:retrouvez|rejoignez) nous sur"
    r"|abonnez vous|s'abonner|inscrivez vous a (?:la|notre) (?:newsletter|lettre)|s'inscrire a (?:la|notre) (?:newsletter|lettre)|recevez (?:notre|nos|la|chaque|toute)|(?:notre )?newsletter\b"
    r"|mentions legales|politique (?:de|des) (?:confidentialite|cookies)|conditions generales|plan du site|nous utilisons des cookies|ce site (?:utilise|web utilise)|en poursuivant votre navigation"
    r"|(?:en savoir plus sur|gerer|parametrer|accepter|refuser) (?:les|mes|vos|nos) cookies|gerer (?:mes|vos) (?:choix|preferences)|credits? ?(?:photos?|images?|visuels?|:)|(?:photos?|images?|illustrations?|visuels?|legende|video) ?(?::|©|\(c\))"
    r"|©|\(c\) ?\d|copyright\b|tous droits reserves|temps de lecture|(?:mis a jour|mis en ligne|modifie|derniere (?:modification|mise a jour)) (?:le|:)|(?:tags?|mots cles|categories?|rubriques?|classe dans|publie dans) ?:"
    r"|laisser un commentaire|article (?:precedent|suivant)|telecharge[rz] (?:le|la|les|l'|notre|ce|en) (?:pdf|communique|dossier|document|fichier|visuels?|plaquette|invitation)"
    r"|ce contenu (?:est|a ete) bloque|javascript\b|votre navigateur"
)
"""How folded lines begin that are furniture whatever follows on them."""
_CREDIT = re.compile(
    r"(?:[Pp]hotos?|PHOTOS?|[Cc]rédits?|Illustration|Visuel|DR)(?: (?:d[eu] |d')?[A-ZÀ-Þ][\w'.-]+){1,5}(?: ?/ ?[\w '.&-]+)*\.?"
)
_HEADING_OF_LINKS = re.compile(
    r"(?:a )?(?:lire|voir) (?:aussi|egalement)|a lire|sur le meme (?:sujet|theme)|articles? (?:similaires?|lies?|associes?|recents?)|pour aller plus loin|(?:quelques )?liens(?: utiles)?"
)
_LINK = re.compile(r"(?:[-•–*] )?(?:[^:.]{1,60}: )?\(?(?:https?://|www\.)\S+\)?[.;]?|.{1,100}(?:→|»»|>>)")


@lru_cache(maxsize=4)
def readable(text: str) -> str:
    """`text` as stored with every character of page furniture as a line end; same length."""
    parts, at = [], 0
    for start, end in furniture(text):
        parts += [text[at:start], "\n" * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def furniture(text: str) -> list[tuple[int, int]]:
    """Ranges of the lines of `text` that are page furniture, in order."""
    lines = [
        (m.start(), m.end(), " ".join(m[0].split())) for m in re.finditer(r"[^\n]+", straighten(text)) if m[0].strip()
    ]
    found: list[tuple[int, int]] = []
    listed = 0  # how many lines may still belong to the heading above them
    for n, (start, end, line) in enumerate(lines):
        folded = fold(line[: _LONGEST + 1]).strip(" #:>→|-•*")
        gap = n > 0 and text[lines[n - 1][1] : start].count("\n") > 1
        follows = lines[n + 1][2] if n + 1 < len(lines) else ""
        if len(re.sub(r"https?://\S+", "", line)) > _LONGEST:
            listed = 0
        elif _HEADING_OF_LINKS.fullmatch(folded):
            listed = _LISTED
            found.append((start, end))
        elif listed and (not gap or listed == _LISTED) and not _is_prose(line):
            listed -= 1
            found.append((start, end))
        else:
            listed = 0
            if (
                _is_furniture(line, folded)
                or _LINK.fullmatch(text[start:end].strip())
                or _is_breadcrumb(line, follows, first=n == 0)
            ):
                found.append((start, end))
    return found


def _is_furniture(line: str, folded: str) -> bool:
    return bool(_ALONE.fullmatch(folded) or _BEGINS.match(folded) or _CREDIT.fullmatch(line))


def _is_breadcrumb(line: str, follows: str, first: bool) -> bool:
    """« Accueil > Actualités > … », or a first line that ends in the title which follows it."""
    steps = re.split(r" (?:>|›|»|/|\|) ", line)
    return (len(steps) > 2 and all(len(s) < 80 for s in steps)) or (
        first and line != follows and bool(follows) and line.endswith(follows)
    )


def _is_prose(line: str) -> bool:
    """Whether a line is a sentence or more: long, with a full stop."""
    return len(line) > 60 and line.endswith((".", "!", "?", "…", "»"))
