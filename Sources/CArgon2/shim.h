// The reference implementation of RFC 9106, as Debian ships it.
#pragma once
#include <argon2.h>
