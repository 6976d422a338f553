"""What each page shows, as plain data: the web views fill these classes and the templates draw them."""
