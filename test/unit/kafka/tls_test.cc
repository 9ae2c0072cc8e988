// SPDX-License-Identifier: Apache-2.0
//
// Stores of TLS. data/truststore.p12 was made by keytool (password "changeit") and holds the certificate of
// data/ca.pem.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kafka/client_config.h"
#include "kafka/pkcs12.h"

namespace millrace::kafka {
namespace {

std::string Data(const std::string& name) {
  return std::string(std::getenv("MILLRACE_SOURCE_ROOT")) + "/test/unit/kafka/data/" + name;
}

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Result<ClientConfig> WithTls(config::Properties settings) {
  settings.insert({"security.protocol", "SSL"});
  return Translate(ClientRole::kProducer, settings);
}

TEST_CASE("a trust store of keytool gives its certificates as PEM") {
  const Result<std::string> pem = Pkcs12CertificatesAsPem(Data("truststore.p12"), "changeit");
  REQUIRE_MESSAGE(pem.ok(), pem.status().ToString());
  CHECK(*pem == Content(Data("ca.pem")));
  CHECK(Pkcs12CertificatesAsPem(Data("truststore.p12"), "wrong").status().message() ==
        "the password does not open the PKCS12 file");
  CHECK(Pkcs12CertificatesAsPem(Data("ca.pem"), "changeit").status().message() == "is not a PKCS12 file");
  CHECK(Pkcs12CertificatesAsPem("/nonexistent", "").status().message() == "the file cannot be read");
}

TEST_CASE("what a trust store is shows its content, whatever its type says, unless that is PEM") {
  for (const char* type : {"PKCS12", "JKS", "jks"}) {
    const auto config = WithTls({{"ssl.truststore.location", Data("truststore.p12")},
                                 {"ssl.truststore.password", "changeit"},
                                 {"ssl.truststore.type", type}});
    REQUIRE_MESSAGE(config.ok(), config.status().ToString());
    CHECK(config->native.at("ssl.ca.pem") == Content(Data("ca.pem")));
  }
  const auto pem = WithTls({{"ssl.truststore.location", Data("ca.pem")}, {"ssl.truststore.type", "PEM"}});
  REQUIRE(pem.ok());
  CHECK(pem->native.at("ssl.ca.location") == Data("ca.pem"));
  const auto key = WithTls({{"ssl.keystore.location", Data("truststore.p12")},
                            {"ssl.keystore.password", "changeit"},
                            {"ssl.key.password", "changeit"}});
  REQUIRE(key.ok());
  CHECK(key->native.at("ssl.keystore.location") == Data("truststore.p12"));
  CHECK(key->native.at("ssl.keystore.password") == "changeit");
}

TEST_CASE("a JKS store is refused with the way to convert it") {
  const auto folder = std::filesystem::temp_directory_path() / ("millrace-tls-" + std::to_string(std::rand()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "store.jks";
  std::ofstream(path, std::ios::binary) << std::string("\xFE\xED\xFE\xED\0\0\0\2", 8);
  for (const char* key : {"ssl.truststore.location", "ssl.keystore.location"}) {
    const auto config = WithTls({{key, path}});
    REQUIRE_FALSE(config.ok());
    CHECK(config.status().message().find(std::string(key) + ": is a JKS store") == 0);
    CHECK(config.status().message().find("keytool -importkeystore") != std::string::npos);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace millrace::kafka
