// SQLite's destructor constants are casts that Swift cannot import; everything else comes as it is.
#pragma once
#include <sqlite3.h>

static inline sqlite3_destructor_type bamai_sqlite_static(void) { return SQLITE_STATIC; }
static inline sqlite3_destructor_type bamai_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// `sqlite3_config` is variadic, which Swift cannot call. Before SQLite is first used in a process; for tests that let memory fail.
static inline int bamai_sqlite_replace_allocator(const sqlite3_mem_methods *methods) { return sqlite3_config(SQLITE_CONFIG_MALLOC, methods); }
