"""Serve every feed of a folder on loopback, poll them twice through the real spiders, and say what was stored.

    make samples DIR=path/to/feeds

Exits with 1 when an entry was stored twice or not at all, or the second poll brought anything new.
"""

from __future__ import annotations
