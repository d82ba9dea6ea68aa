"""The public search service, asked for one number or name at a time: for a hub that needs some dozens, the stock is much.

Answers are kept in data/warehouse/register/answers, one file a question, and asked for again after `register.days`; what can't be had
is told in a sentence, and what was answered before serves meanwhile. Of an answer no more is kept than is used: nothing of managers,
and of a natural person who objects to diffusion (status P) nothing but the number.

Belongs here: asking, and what an answer says, in the shape of `index`'s units. Specification: https://recherche-entreprises.api.gouv.fr/docs/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from km0_pipeline import storage
from km0_pipeline.claims import Reject
from km0_pipeline.fetch import Fetcher, Unfetched, moment
from km0_pipeline.steps import Project

SERVICE = "register/service"
"""Where rejects of asking stand: no file, but what was asked."""
_HIDDEN = "[NON-DIFFUSIBLE]"


class Question(NamedTuple):
    """What is asked for: the `key` its answer is kept under, how it is called in sentences, the query, and what is kept of the answer.

    `understood` raises LookupError, TypeError, AttributeError or ValueError where that is none.
    """

    key: str
    called: str
    query: dict[str, str]
    understood: Callable[[dict[str, Any]], dict[str, Any]]


class Answers(NamedTuple):
    """What is known of what was asked for: key of the question -> what it makes of its answer; and what went wrong."""

    said: dict[str, dict[str, Any]]
    rejects: list[Reject]


def ask(project: Project, numbers: Iterable[str]) -> Answers:
    """Ask for each of the `numbers`, SIREN or SIRET (its key), that is not known yet, or not of late; for the SIREN of a SIRET that does not exist, too.

    What is said is as in `said_of`, {} where the register has no such number.
    """
    first = answers(project, map(_of_number, numbers), "numbers")
    missing = (number[:9] for number, said in first.said.items() if not said and len(number) == 14)
    second = answers(project, map(_of_number, missing), "numbers")
    return Answers(first.said | second.said, first.rejects + second.rejects)


def _of_number(number: str) -> Question:
    def understood(payload: dict[str, Any]) -> dict[str, Any]:
        results = payload["results"]
        return said_of(results[0], number) if results else {}

    return Question(number, number, {"q": number, "per_page": "1"}, understood)


def answers(project: Project, questions: Iterable[Question], what: str) -> Answers:
    """The answers to `questions`, as they were kept, or asked for now; `what` they ask for is a word of sentences."""
    folder = project.warehouse / "register" / "answers"
    said, stale = dict[str, dict[str, Any]](), list[Question]()
    for question in sorted({q.key: q for q in questions}.values(), key=lambda q: q.key):
        kept = _kept(folder / f"{question.key}.json")
        if kept is not None:
            said[question.key] = kept["said"]
        if kept is None or kept["ask_from"] <= moment():
            stale.append(question)
    rejects = list(_refresh(project, folder, stale, said, what)) if stale else []
    return Answers(said, rejects)


def _refresh(
    project: Project, folder: Path, questions: list[Question], said: dict[str, dict[str, Any]], what: str
) -> Iterator[Reject]:
    """Ask the `questions` into `said`, as far as the service lets itself be asked; yields what went wrong."""
    settings, rest = project.hub.register, folder / "rest.json"
    again = moment(timedelta(days=settings.days))
    until = (storage.read_json(rest) or {}).get("until", "") if rest.exists() else ""
    late, asked = 0, 0  # late in a row
    if until <= moment():
        with Fetcher(project.hub, settings, {}) as fetcher:
            for question in questions:
                asked += 1
                try:
                    said[question.key] = _asked(fetcher, settings.service, question)
                    late = 0
                    storage.write_json(folder / f"{question.key}.json", {"said": said[question.key], "ask_from": again})
                    continue
                except Unfetched as e:
                    sentence = f"The search service ({settings.service}), asked for {question.called}, {e.sentence}"
                    yield Reject("", SERVICE, question.called, e.reason, sentence)
                    late = late + 1 if e.passing else 0
                    if e.wait > settings.max_seconds:
                        until = moment(timedelta(seconds=e.wait))
                        storage.write_json(rest, {"until": until})
                if late == settings.attempts or until > moment():
                    break
    if asked < len(questions):
        why = f"asks to be left alone until {until}" if until > moment() else "does not answer"
        left = f"{len(questions) - asked:,} of {len(questions):,} {what} are not asked for in this refresh, but at the next"
        yield Reject("", SERVICE, "", "unavailable", f"The search service ({settings.service}) {why}; {left}.")


def _asked(fetcher: Fetcher, service: str, question: Question) -> dict[str, Any]:
    query = {"minimal": "true", "include": "siege,matching_etablissements", "page": "1", **question.query}
    answer = fetcher.get(f"{service.rstrip('/')}/search?{urlencode(query)}")
    if answer.status != 200:
        raise Unfetched("refused", f"answers HTTP {answer.status}; check its address in hub.toml, [register] service.")
    try:
        return question.understood(json.loads(answer.body))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise Unfetched(
            "refused", f"answers otherwise than its specification says ({type(e).__name__}: {e}); look for its new one."
        ) from None


def said_of(result: dict[str, Any], number: str) -> dict[str, Any]:
    """What an answer says, named as the columns of `index`'s `register_units`, and `establishments`: [siret, commune_code] of those it shows.

    Raises LookupError, TypeError or ValueError where it is none to that number.
    """
    siren = result["siren"]
    if siren != number[:9]:
        raise ValueError(f"it speaks of {siren}")
    shown = [e for e in (result.get("siege"), *(result.get("matching_etablissements") or ())) if e and e.get("siret")]
    statuses = {result.get("statut_diffusion"), *(e.get("statut_diffusion_etablissement") for e in shown)}
    legal_form = text(result.get("nature_juridique"))
    person = (
        legal_form == "1000"
        or legal_form.startswith("2")
        or not (legal_form or text(result.get("nom_raison_sociale")))
    )
    if person and statuses != {"O"}:
        return {"siren": siren, "diffusion": "withheld"}
    naf25 = text(result.get("activite_principale_naf25"))
    state = text(result.get("etat_administratif"))
    return {
        "siren": siren,
        "diffusion": "full" if result.get("statut_diffusion") == "O" else "partial",
        "person": person,
        "name": "" if person else text(result.get("nom_raison_sociale")),
        "legal_form": legal_form,
        "naf": text(result.get("activite_principale")),
        # the field of NAF 2025 is to go when that becomes the main one, in January 2027
        "naf_nomenclature": "NAFRev2" if "activite_principale_naf25" in result else "NAF2025",
        "naf25": naf25 if "activite_principale_naf25" in result else text(result.get("activite_principale")),
        "size_band": text(result.get("tranche_effectif_salarie")),
        "size_year": text(result.get("annee_tranche_effectif_salarie")),
        "state": state,
        "since": text(result.get("date_fermeture"))[:10] if state == "C" else "",
        "created_on": text(result.get("date_creation"))[:10],
        "seat": text((result.get("siege") or {}).get("siret")),
        "treated_on": (text(result.get("date_mise_a_jour_insee")) or text(result.get("date_mise_a_jour")))[:10],
        "establishments": sorted({(text(e.get("siret")), text(e.get("commune"))) for e in shown}),
    }


def text(value: Any) -> str:
    """A cell of an answer, '' where it says nothing or is withheld."""
    return "" if value is None or _HIDDEN in str(value) else str(value).strip()


def _kept(path: Path) -> dict[str, Any] | None:
    with suppress(ValueError):
        kept: dict[str, Any] | None = storage.read_json(path)
        return kept
    return None
