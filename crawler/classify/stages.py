"""How far a move has come: the trigger's own stage, lowered or raised by the words around it."""

from __future__ import annotations

from crawler.classify import grammar
from crawler.classify.document import Clause, Document
from crawler.classify.grammar import Case
from crawler.classify.lexicon import PLACE, Lexicon
from crawler.models import MoveType, Stage

_BEGIN = 3
"""Clauses of a lead in which its sources are told, and what is only planned."""
UNDONE = (Stage.PLANNED, Stage.ANNOUNCED)
"""Stages of what is only spoken of so far."""
_COMPLETED = {
    MoveType.OVERSEAS_PRODUCTION: (("lead_opens", Stage.LAUNCHED), ("lead_builds", Stage.UNDER_WAY)),
    MoveType.OVERSEAS_ORGANISATION: (("lead_opens", Stage.LAUNCHED), ("lead_hires", Stage.UNDER_WAY)),
    MoveType.MARKET_ENTRY: (("lead_sells", Stage.LAUNCHED),),
    MoveType.EXPORT: (("lead_ships", Stage.UNDER_WAY),),
}
"""What of a lead says how far a move has come, by its type."""
_MOVED = (MoveType.OVERSEAS_PRODUCTION, MoveType.EXPORT)
"""Moves of which a title may announce what its lead tells as begun."""
_DONE = {
    MoveType.MARKET_ENTRY: "on_sale",
    MoveType.OVERSEAS_ORGANISATION: "opened",
    MoveType.OVERSEAS_PRODUCTION: "produced",
    MoveType.NEW_ENTRANT: "on_sale",
}
"""What of a title says that it is done, by its type."""
_MADE = (MoveType.OVERSEAS_PRODUCTION, MoveType.NEW_ENTRANT)


class Stages:
    """Tells stages by the words of a clause, of its title, and of the beginning of the lead."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def of(self, case: Case) -> Stage:
        """Return how far the move of a clause has come."""
        stage = self._of_clause(case)
        if self._is_rumour(case, stage):
            return Stage.RUMOURED
        if stage is Stage.ANNOUNCED and grammar.is_word_of_a_manager(case.document, case.clause):
            return Stage.PLANNED
        return Stage.ANNOUNCED if stage is Stage.PLANNED and self._is_signed(case) else stage

    def _is_rumour(self, case: Case, stage: Stage) -> bool:
        """Say whether it is only told by others: a sales target is a plan, and a car given up is, whoever tells it."""
        if case.hit.trigger.type is MoveType.EXPORT and self._says("target", case):
            return False
        if grammar.is_report(case.document, case.clause):
            return True
        gives_up = case.entrant and case.hit.trigger.type is MoveType.WITHDRAWAL
        before = case.hit.start if case.hit.trigger.type is MoveType.WITHDRAWAL else None
        if (self._says("rumour", case) or self._says("talks", case, before)) and not gives_up:
            return True
        return stage in UNDONE and self._title_says("rumour", case)

    def _is_signed(self, case: Case) -> bool:
        """Say whether title or lead tells a plan as signed or official: a delay stays one however it is told.

        A wish needs a signature.
        """
        if case.hit.trigger.type is MoveType.WITHDRAWAL:
            return False
        title, lead = ("signature", "signature") if self._says("wish", case) else ("signed", "agreed")
        return self._title_says(title, case) or self._lead_says(lead, case)

    def is_official(self, document: Document, clause: Clause) -> bool:
        """Say whether the title tells it as signed or announced."""
        return self._lexicon.find("signed", grammar.item_words(document, clause), document.language) is not None

    def is_hearsay(self, document: Document) -> bool:
        """Say whether the lead begins with sources that are not named."""
        for words in self._begin(document):
            if self._lexicon.find("hearsay", words, document.language):
                return True
            if self._lexicon.find("declared", words, document.language):
                return False
        return False

    def _says(self, family: str, case: Case, end: int | None = None) -> bool:
        return self._lexicon.find(family, case.said, case.document.language, end=end) is not None

    def _title_says(self, family: str, case: Case) -> bool:
        return self._lexicon.find(family, case.title, case.document.language) is not None

    def _lead_says(self, family: str, case: Case) -> bool:
        language = case.document.language
        return any(self._lexicon.find(family, words, language) for words in self._begin(case.document))

    def _begin(self, document: Document) -> list[str]:
        return [c.masked for c in document.lead_clauses[:_BEGIN]]

    def _of_clause(self, case: Case) -> Stage:
        own, type = case.hit.trigger.stage, case.hit.trigger.type
        if type is MoveType.WITHDRAWAL:
            return self._retreat(case)
        if already := self._already(case):
            return already
        if self._is_ahead(case):
            return self._ahead(case)
        if own in UNDONE and (done := self._lead_completes(case)):
            return done
        return self._told(case)

    def _already(self, case: Case) -> Stage | None:
        """Return what is done already for all the clause says is to come: a plant about to open is being built."""
        trigger = case.hit.trigger
        if self._says("first_to", case):
            return Stage.UNDER_WAY if trigger.type is MoveType.EXPORT else Stage.LAUNCHED
        ready = trigger.type is MoveType.OVERSEAS_PRODUCTION and trigger.stage is Stage.LAUNCHED
        families = (
            ("ongoing", True),
            ("nearly_reached", trigger.type is MoveType.EXPORT),
            ("hires", trigger.type in (MoveType.OVERSEAS_ORGANISATION, MoveType.MARKET_ENTRY)),
            ("at_hand", ready),
            ("readying", trigger.type in _MADE),
            ("rising", trigger.type is MoveType.OVERSEAS_PRODUCTION and not self._says("produced", case)),
        )
        begun = any(applies and self._says(family, case) for family, applies in families)
        return Stage.UNDER_WAY if begun or self._title_says("already", case) else None

    def _lead_completes(self, case: Case) -> Stage | None:
        """Return how far the lead says that it has come."""
        told = _COMPLETED.get(case.hit.trigger.type, ())
        return next((stage for family, stage in told if self._lead_says(family, case)), None)

    def _is_ahead(self, case: Case) -> bool:
        end = case.hit.start if case.document.language == "en" else case.hit.end
        will = self._says("will", case, end if case.hit.trigger.stage is Stage.UNDER_WAY else None)
        if will or self._says("wish", case) or grammar.is_to_come(case):
            return True
        to = self._lexicon.find("headline_to", case.clause.masked, case.document.language)
        return to is not None and (case.document.language == "zh" or to.start() <= case.hit.start)

    def _ahead(self, case: Case) -> Stage:
        """Return whether what is still to come is planned, or decided: a plant is, where nobody speaks of a plan."""
        own, type, wish = case.hit.trigger.stage, case.hit.trigger.type, self._says("wish", case)
        if type in _MOVED and not wish and (begun := self._lead_completes(case)):
            return begun
        if type is MoveType.OVERSEAS_PRODUCTION and own is Stage.PLANNED and not wish:
            return Stage.PLANNED if self._is_only_planned(case) else Stage.ANNOUNCED
        if own is Stage.PLANNED and not wish and self._is_fixed(case):
            return Stage.ANNOUNCED
        chinese = case.document.language == "zh" and type is not MoveType.OVERSEAS_ORGANISATION
        hoped = type is MoveType.MARKET_ENTRY and (
            self._lead_says("only_planned", case) or self._says("some_year", case)
        )
        meant = own is Stage.PLANNED or type is MoveType.EXPORT or chinese or wish or hoped
        return Stage.PLANNED if meant else Stage.ANNOUNCED

    def _is_fixed(self, case: Case) -> bool:
        """Say whether a day is set for an arrival, or it is told as arranged, and not as somebody's word."""
        return self._says("dated", case) or (self._says("arranged", case) and not self._title_says("spoken_of", case))

    def _retreat(self, case: Case) -> Stage:
        if self._says("weighed", case, case.hit.end):
            return Stage.RUMOURED
        if self._says("delay", case):
            return Stage.PLANNED
        declared = self._says("declared", case) and not self._says("halts", case)
        ends = not case.entrant and (declared or self._lead_says("lead_leaves", case))
        meant = self._says("wish", case, case.hit.start) or self._says("to_come", case, case.hit.end)
        dated = grammar.is_to_come(case) or self._says("over_by", case)
        if ends or meant or dated:
            return Stage.ANNOUNCED
        return case.hit.trigger.stage

    def _told(self, case: Case) -> Stage:
        """Return the stage of what nothing says to be still to come."""
        own, type = case.hit.trigger.stage, case.hit.trigger.type
        if own is Stage.LAUNCHED and type is MoveType.MARKET_ENTRY:
            return Stage.ANNOUNCED if self._is_later(case) else own
        if own is Stage.ANNOUNCED:
            done = type in _DONE and self._says(_DONE[type], case) and not self._says("confirmed", case)
            return Stage.LAUNCHED if done else own
        if own is not Stage.PLANNED:
            return own
        if type is MoveType.OVERSEAS_PRODUCTION and self._says("produced", case):
            return Stage.LAUNCHED
        if self._says("signed", case):
            return Stage.ANNOUNCED
        return Stage.UNDER_WAY if self._says("begun", case) else self._bare(case)

    def _is_later(self, case: Case) -> bool:
        """Say whether an arrival that its clause tells as done is still to come by its title or its lead."""
        told = any(self._title_says(family, case) for family in ("declared", "signature", "sold_later"))
        return told or self._lead_says("lead_later", case) or self._says("confirmed", case)

    def _is_only_planned(self, case: Case) -> bool:
        """Say whether the title has it from somebody's mouth, or the lead calls it a plan."""
        spoken = grammar.is_statement(case.document, case.clause) or self._title_says("spoken_of", case)
        return spoken or self._lead_says("only_planned", case)

    def _bare(self, case: Case) -> Stage:
        """Return the stage of a step into a named market of which nothing says that it is still to come."""
        named = PLACE in case.clause.masked[case.hit.start : case.hit.end]
        entry = case.hit.trigger.type is MoveType.MARKET_ENTRY and case.document.language == "en"
        if not (named and entry):
            return case.hit.trigger.stage
        there = self._says("arrived", case) and not self._is_later(case)
        return Stage.LAUNCHED if there else Stage.ANNOUNCED
