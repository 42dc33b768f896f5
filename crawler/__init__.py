"""Knows news: polls sources, reads articles, stores the moves they report. Knows nothing of alerts or timetables."""
