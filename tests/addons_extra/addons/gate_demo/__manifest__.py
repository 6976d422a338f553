{
    "name": "Permits (demo)",
    "version": "1.0",
    "summary": "Permits that people see only of their own, with what bosses alone see, and numbered papers",
    "category": "Services",
    "author": "Grial",
    "license": "MIT",
    "depends": ["base"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/sequence.xml",
        "views/permit.xml",
    ],
}
