"""CleanTechnica: WordPress; the feed gives excerpts, pages begin and end with requests to readers."""

from __future__ import annotations

import re

from crawler.sites.rules import Site

_ASKS = (
    r"(?:please |just |you can (?:also )?|if you(?:'d| would)? like to )?"
    r"(?:sign up|subscribe|join|get|follow|chip in|donate|contribute|support|become|help|consider|listen|watch"
    r"|check out|share|like|email|contact|send|buy|read more|see|click|advertise)\b"
)
_FOR = (
    r"newsletters?|news updates|daily (?:news|updates|email)|weekly one|google news|substack|patreon|paypal|bluesky"
    r"|mastodon|linkedin|youtube|podcast|cleantech talk|whatsapp|telegram|a month\b|one-time|donation|paywalls?"
    r"|independent cleantech|cleantech (?:coverage|revolution|news|stories|media)|our (?:work|coverage|team|policy"
    r"|comment|advertis\w+|rss|channel|page)|cleantechnica|contact us|advertis(?:e|ing)|this (?:article|story|post)"
)

CLEANTECHNICA = Site(
    name="cleantechnica",
    host="cleantechnica.com",
    identity=re.compile(r"https?://(?:[\w-]+\.)*cleantechnica\.com/\?p=(\d{1,12})(?!\d)", re.IGNORECASE),
    # A request to the reader: an imperative, or a question to him, and what it is about. The wordings change.
    edges=re.compile(
        rf"(?:{_ASKS}.{{0,200}}?(?:{_FOR})"
        r"|(?:have|got|do you have) (?:a |any )?(?:news )?tips?\b"
        r"|(?:want|would you like|looking) to (?:advertise|suggest)"
        r"|(?:I|we) (?:do not|don[’']t) like paywalls"
        r"|cleantechnica(?: may)? (?:uses?|earns?|receives?|participates?|holds?).{0,80}(?:affiliate|commission|polic)"
        r"|(?:cleantechnica[’']s )?comments? policy\W*$|see our policy|our policy here"
        r"|(?:advertisement|sponsored(?: content)?|related (?:stories|posts|articles)"
        r"|latest cleantechnica\S* \S+.{0,40}|share this(?: (?:story|article|post))?"
        r"|thank you for (?:reading|your support).{0,80}"
        r"|tags?:.{0,200})[\s:!.]*$)",
        re.IGNORECASE,
    ),
    anywhere=re.compile(
        r"(?:sign up for.{0,80}cleantechnica|chip in a few|have a tip for cleantechnica"
        r"|cleantechnica uses affiliate|cleantechnica[’']s comment policy|advertisement\W*$)",
        re.IGNORECASE,
    ),
    bodies=(".cm-entry-summary", ".post-content", ".entry-content", "article"),
    clutter=(".sharedaddy", ".jp-relatedposts", ".post-tags", ".author-box", "[class*='newsletter']", "#comments"),
)
