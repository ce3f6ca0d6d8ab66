"""Every mail of a campaign as it would go out now, looked at before anybody gets it; nothing is sent or recorded."""
