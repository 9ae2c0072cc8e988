// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/sdk.h: all of the C++ SDK. Header-only, C++20, compiled into the bundle; sdk/doc says how to use it.
#pragma once

#include "millrace/cpp/arena.h"
#include "millrace/cpp/batch.h"
#include "millrace/cpp/bundle.h"
#include "millrace/cpp/cancel.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/config_provider.h"
#include "millrace/cpp/config_table.h"
#include "millrace/cpp/connector.h"
#include "millrace/cpp/converter.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/predicate.h"
#include "millrace/cpp/records.h"
#include "millrace/cpp/schema.h"
#include "millrace/cpp/sink.h"
#include "millrace/cpp/source.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/thunk.h"
#include "millrace/cpp/transform.h"
#include "millrace/cpp/value.h"
