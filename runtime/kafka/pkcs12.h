// SPDX-License-Identifier: Apache-2.0
//
// What librdkafka cannot read of Java's TLS settings, through OpenSSL: trust stores in PKCS12 and the names of cipher
// suites. Messages name files' problems, never passwords or contents.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::kafka {

// Every certificate of a PKCS12 file, as PEM.
Result<std::string> Pkcs12CertificatesAsPem(const std::string& path, const std::string& password);

// Java's (that is IANA's) names of cipher suites, separated by commas, as OpenSSL's list. TLS 1.3 suites are always
// offered and left out; "" when nothing else is left.
Result<std::string> OpenSslCipherNames(std::string_view java_list);

}  // namespace millrace::kafka
