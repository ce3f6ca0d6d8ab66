"""Email nurture automation: campaigns as YAML and Jinja, sent at each person's time, moved on by their replies."""
