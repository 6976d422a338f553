{
    "name": "Claims (demo)",
    "version": "1.0",
    "summary": "What customers complain about, and how it was resolved",
    "category": "Services",
    "author": "Grial",
    "license": "MIT",
    "depends": ["base"],
    "application": True,
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "views/claim.xml",
        "views/partner.xml",
    ],
    "demo": ["demo/demo.claim.csv"],
}
