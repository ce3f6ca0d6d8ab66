"""What comes back: fetching mail, matching it to the message it answers, and judging what it is."""
