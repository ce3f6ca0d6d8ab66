"""From the marketer's YAML to the domain's campaign, with a position for every problem."""
