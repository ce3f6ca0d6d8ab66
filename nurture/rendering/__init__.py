"""From a template and a contact's facts to the subject, HTML and text of one email."""
