"""Every list that Sundial answers: declared once, served as JSON, CSV, XLSX, HTML and on the command line."""
