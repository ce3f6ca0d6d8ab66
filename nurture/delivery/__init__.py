"""From rendered content to bytes on the wire, and what the relay said of them."""
