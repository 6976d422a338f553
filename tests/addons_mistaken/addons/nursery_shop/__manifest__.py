{
    "name": "Nursery Shop",
    "version": "1.0",
    "depends": ["nursery"],
    "data": ["data/access.xml"],  # mistake: listed file that does not exist
    # right: "data": [],
}
