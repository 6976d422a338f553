{"name": "A link to nothing (demo)", "summary": "Names a model that does not exist", "license": "MIT",
 "data": ["security/ir.model.access.csv"]}
