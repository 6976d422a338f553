"""What was looked at and is right although a rule remarks on it: by file, or folder with a /, rule and constructs.

Whoever adds a line says why behind it. A line that nothing needs any more fails the tests.
"""

from __future__ import annotations

REVIEWED: dict[str, dict[str, str]] = {
    # Code and templates.
    "core/__init__.py": {"code": "import_module"},  # the public names of core, from a mapping in this file
    "core/cli/group.py": {"code": "import_module"},  # the commands, from a tuple in this file
    "core/cli/shell.py": {"code": "code compile exec"},  # the shell of whoever has the machine
    "core/cli/test.py": {"code": "subprocess"},  # starts pytest, with a list of words
    "core/http/routing.py": {"code": "import_module"},  # the rooms of routes, by the names of our files
    "core/server/app.py": {"code": "import_module"},  # as above
    "core/module/finder.py": {"code": "import_module"},  # the package of all addons
    "core/module/importer.py": {"code": "import_module"},  # the Python of an addon, by the names of its files
    "core/module/scripts.py": {"code": "spec_from_file_location"},  # migrations of an addon, by their file names
    "core/data/session.py": {"code": "import_module"},  # the package of all addons
    "core/kernel/limit.py": {"code": "ctypes"},  # raises TookTooLong in a thread, which only the C API can
    "core/kernel/logs.py": {"code": "format"},  # the format of a line of the log
    "core/db/functions.py": {"code": "format"},  # pieces of SQL of this file, around what the compiler wrote
    "core/http/errors.py": {"code": "Environment"},  # our templates, escaping
    "core/http/web/render.py": {
        "code": "Environment Markup format",  # our templates, escaping; HTML just sanitised; a Markup written there
        "exports": "getattr",  # a macro of a template of ours
    },
    "core/http/web/flow.py": {"code": "Markup"},  # a picture whose texts lxml has escaped
    "core/http/web/brief.py": {"code": "Markup"},  # cells drawn without a template; every value in them is escaped
    "core/http/web/drawn_rows.py": {"code": "Markup"},  # rows drawn without a template; as above
    "core/http/web/pages/listing.py": {"code": "format"},  # of a Markup written there, which escapes
    "core/report/template.py": {"code": "Markup"},  # pages that the sandbox has rendered, escaping
    # SQL.
    "core/db/statements.py": {"sql": "exec_driver_sql literal_column"},  # the one file with SQL as text
    "core/db/sqlite.py": {"sql": "execute", "files": "mkdir open unlink os.link"},  # pragmas; the database's own file
    "core/orm/tables.py": {"sql": "text"},  # defaults that field types of ours write as literals
    # Calls by name: the name is one that the registry has collected.
    "core/db/found_sqlite.py": {"exports": "getattr"},  # a pragma of this file, as a function of SQLAlchemy
    "core/orm/group.py": {"exports": "getattr"},  # an aggregate of AGGREGATES
    "core/orm/query.py": {"exports": "getattr"},  # as above
    "core/orm/build.py": {"exports": "mark"},  # collects what the decorators have marked
    "core/orm/markers.py": {"exports": "mark getattr"},  # the decorators
    "core/lint/doors.py": {"exports": "mark"},  # looks for the marks
    "core/orm/check.py": {"exports": "getattr"},  # methods marked with @api.constrains
    "core/orm/compute.py": {"exports": "getattr"},  # the compute of a field
    "core/orm/defaults.py": {"exports": "getattr"},  # the default of a field
    "core/orm/domain_sql.py": {"exports": "getattr"},  # the search of a field
    "core/orm/draft.py": {"exports": "getattr", "rights": "Env"},  # on-changes; an environment for unsaved records
    "core/orm/write.py": {"exports": "getattr"},  # the inverse of a field
    "core/module/fill.py": {"exports": "getattr"},  # the default of a field
    "core/module/references.py": {"exports": "getattr"},  # one of two methods of this room
    "core/http/web/drafting.py": {"exports": "getattr"},  # on-changes
    "core/data/functions.py": {"exports": "getattr", "rights": "with_user"},  # exported methods; <function uid="…">
    "core/workflow/engine.py": {"exports": "getattr"},  # methods marked as transitions and buttons
    "core/workflow/subject.py": {"exports": "getattr"},  # exported methods
    "core/rpc/dispatch.py": {"exports": "getattr"},  # after the name was found among the exported ones
    "core/rpc/json2.py": {"exports": "getattr"},  # describes the exported ones
    # Rights.
    "core/orm/env.py": {"rights": "Env"},  # where environments are made
    "core/orm/registry.py": {"rights": "Env"},  # as above, for a transaction
    "core/orm/model.py": {"rights": "with_user"},  # records.with_user(), for core
    "core/cli/records.py": {"rights": "with_user"},  # --user of whoever has the machine
    "core/cli/user.py": {"rights": "with_user"},  # as above
    "core/security/explain.py": {"rights": "with_user"},  # what the gate of a user would say, for who manages rights
    "core/data/legacy.py": {"rights": "with_user"},  # data files that name a user
    "core/http/dispatch.py": {
        "rights": "with_user",  # the user of a session, and the public
        "files": "touch",  # a session that is used, no file
    },
    "core/module/wiring.py": {"gate": "gate"},  # puts the gate into the registry
    "core/http/web/content.py": {"gate": "__get__"},  # bytes of a file, after the record was read through the gate
    "core/http/web/saving.py": {"gate": "__get__"},  # compares a draft with its record
    "core/http/web/shown.py": {"gate": "__get__"},  # a value of which edge.value_of has said that it may be shown
    "core/http/web/page.py": {"gate": "core.db connection"},  # whether the database is a copy that rests
    "base/": {"gate": "import connection"},  # core's face in the database
    "base/identity.py": {"rights": "super_env"},  # whether a partner is a user, without saying whose
    # Files: those of the server, never named by people.
    "core/check/models.py": {"files": "tempfile"},  # an empty folder for a registry without a database
    "core/cli/export.py": {"files": "write_bytes"},  # the file that whoever has the machine asked for
    "core/cli/flows.py": {"files": "mkdir write_text"},  # pictures for whoever has the machine
    "core/cli/import_file.py": {"files": "write_bytes"},  # as above
    "core/cli/new.py": {
        "code": "Environment",  # our scaffold, whose templates are Python and XML
        "files": "mkdir write_text",  # a new addon for whoever has the machine
    },
    "core/db/admin.py": {
        "files": "shutil tempfile mkdir os.link os.rename os.open",  # databases as they are made, renamed and dropped
        "network": "socket",  # the name of this machine
    },
    "core/db/dump.py": {"files": "shutil mkdir open"},  # a dump, and the store that a dump brings
    "core/http/web/databases.py": {"files": "tempfile"},  # a dump on its way to the browser
    "core/http/web/import_file.py": {"files": "mkdir write_text write_bytes unlink"},  # uploads that wait, by token
    "core/http/web/import_wizard.py": {"files": "write_bytes unlink"},  # as above
    "core/job/board.py": {
        "files": "mkdir write_text touch unlink",  # how far a work is, by checked names
        "network": "socket",  # the name of this machine
    },
    "core/job/workers.py": {"network": "socket"},  # the name of this machine
    "core/kernel/config.py": {"files": "tempfile mkdir os.link os.unlink"},  # the server's secret
    "core/kernel/po.py": {"files": "mkdir write_text"},  # catalogues, for authors
    "core/security/login_link.py": {"files": "mkdir os.open"},  # links that log in once
    "core/security/window.py": {"files": "mkdir os.open"},  # counters of failed logins
    # Parsers and sockets.
    "core/cli/where.py": {"xml": "xml"},  # lines of elements of our own views
    "core/kernel/terms.py": {"xml": "xml"},  # texts of our own views
    "core/data/xml.py": {"xml": "xml"},  # the parser of data files, within core.kernel.xml_rules
    "core/view/markup.py": {"xml": "xml"},  # the parser of views, within core.kernel.xml_rules
    "core/rpc/xml_reader.py": {"xml": "xml"},  # the parser of XML-RPC, without DOCTYPE and within limits
    "core/cli/run.py": {"network": "socket"},  # is the port free
    "core/server/serve.py": {"network": "socket"},  # listens
}  # fmt: skip
