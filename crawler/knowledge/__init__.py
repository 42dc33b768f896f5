"""What the reader knows of the world: companies, markets, and who already sells where. Pure; data in YAML beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from crawler.knowledge.gazetteer import Gazetteer
from crawler.knowledge.matcher import Found, Matcher, Pattern, Sort, Words
from crawler.knowledge.presence import Presence
from crawler.knowledge.roster import Roster
from crawler.models import CompanyPatch

__all__ = ["Found", "Gazetteer", "Knowledge", "Matcher", "Pattern", "Presence", "Roster", "Sort", "Words", "load"]


@dataclass(frozen=True)
class Knowledge:
    """Roster, gazetteer and presence, with a digest of the data they were made from."""

    roster: Roster
    gazetteer: Gazetteer
    presence: Presence
    version: str
    """Twelve hexadecimal digits: another roster, another version (user's additions counted)."""


def load(extra: Sequence[CompanyPatch] = ()) -> Knowledge:
    """Return the shipped knowledge with the user's companies added.

    Raises:
        ValueError: when a patch is for an unknown company and gives no home, or names an unknown place or group.
    """
    raw = resources.files(__package__).joinpath("knowledge.json").read_bytes()
    data = json.loads(raw)
    gazetteer = Gazetteer.from_data(data["places"])
    for patch in extra:
        _check(patch, gazetteer)
    roster = Roster.from_data(data["roster"]).with_patches(extra)
    presence = Presence.from_data(data["presence"], roster.companies(), gazetteer)
    digest = hashlib.sha256(raw + repr(tuple(extra)).encode("utf-8", "surrogatepass"))
    return Knowledge(roster, gazetteer, presence, digest.hexdigest()[:12])


def _check(patch: CompanyPatch, gazetteer: Gazetteer) -> None:
    if patch.home is not None and (not gazetteer.is_place(patch.home) or patch.home in gazetteer.regions()):
        raise ValueError(
            f"company '{patch.name}': home '{patch.home}' is no country; write its ISO code, such as CN or DE"
        )
    for place in patch.sells_in:
        if not gazetteer.is_place(place):
            raise ValueError(
                f"company '{patch.name}': sells_in '{place}' is no market; `chuhai markets` lists them (NO, TH, EU)"
            )
