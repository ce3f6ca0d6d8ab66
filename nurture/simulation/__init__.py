"""A made-up world for the real engine: its mail server and the people who answer."""
