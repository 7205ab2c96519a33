"""Who may see what: accounts and sessions, the one table of rights, and the guard before every route."""
