{
    "name": "Welcome Calls (demo)",
    "version": "1.0",
    "summary": "Plans a call when a lead becomes an opportunity",
    "category": "Sales",
    "author": "Grial",
    "license": "MIT",
    "depends": ["crm"],
}
