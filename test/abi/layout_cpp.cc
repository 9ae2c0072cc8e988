// SPDX-License-Identifier: Apache-2.0
// The assertions of layout.c, now as C++.
#include "layout.c"  // NOLINT(bugprone-suspicious-include)
