{
    "name": "Plain Models (benchmark)",
    "version": "1.0",
    "summary": "Models without anything special, to measure the ORM",
    "category": "Tools",
    "author": "Grial",
    "license": "MIT",
    "depends": ["base"],
    "data": ["security/ir.model.access.csv"],
}
