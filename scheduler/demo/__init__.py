"""A month of news without a network: sample feeds and the servers that stand in for the web and Slack."""
