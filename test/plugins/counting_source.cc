// SPDX-License-Identifier: Apache-2.0
// Well-behaved: see CountingSource in support.h.
#include "support.h"

TEST_SOURCE_BUNDLE("counting_source", test::CountingSource, "test.CountingSourceConnector");
