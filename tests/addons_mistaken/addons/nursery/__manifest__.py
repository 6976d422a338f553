{
    "name": "Nursery",
    "version": "1.0",
    "sumary": "Plants and the beds they grow in",  # mistake: unknown manifest key
    # right: "summary": "Plants and the beds they grow in",
    "depends": ["base"],
    "data": [
        "security/rights.xml",
        "views/plant.xml",
        "views/partner.xml",
        "data/plant.xml",
        # right: "data/late.xml",
    ],
}
