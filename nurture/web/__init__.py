"""What people reach by a link in a mail: unsubscribing, redirects, the open pixel."""
