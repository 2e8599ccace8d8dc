// SQLite's destructor constants are casts that Swift cannot import; everything else comes as it is.
#pragma once
#include <sqlite3.h>

static inline sqlite3_destructor_type bamai_sqlite_static(void) { return SQLITE_STATIC; }
static inline sqlite3_destructor_type bamai_sqlite_transient(void) { return SQLITE_TRANSIENT; }
