"""What is wrong with a project, said before anybody is mailed."""
