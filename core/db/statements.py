"""The only place where SQL is written as text: what SQLAlchemy has no expression for.

Reviewed as a whole. Values are always parameters; names come from table objects and pass through the dialect's quoting.
"""

from __future__ import annotations

BEGIN = "BEGIN"
BEGIN_IMMEDIATE = "BEGIN IMMEDIATE"

SQLITE_ON_CONNECT = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA case_sensitive_like = ON",  # as PostgreSQL has it; searches that ignore case use folded text
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA mmap_size = 134217728",
)
FOREIGN_KEYS_ON = "PRAGMA foreign_keys = ON"
FOREIGN_KEYS_OFF = "PRAGMA foreign_keys = OFF"
FOREIGN_KEY_CHECK = "PRAGMA foreign_key_check"
QUERY_ONLY_ON = "PRAGMA query_only = ON"
QUERY_ONLY_OFF = "PRAGMA query_only = OFF"
DATA_VERSION = "PRAGMA data_version"

SESSION_LOCK = "SELECT pg_advisory_lock(%s)"
SESSION_UNLOCK = "SELECT pg_advisory_unlock(%s)"
CONSTRAINTS_IMMEDIATE = "SET CONSTRAINTS ALL IMMEDIATE"
CONSTRAINTS_DEFERRED = "SET CONSTRAINTS ALL DEFERRED"
