"""The demo: sample news, a feed server and a Slack of our own, all on this machine."""
