{"name": "A syntax error (demo)", "summary": "Cannot be imported", "license": "MIT"}
