// SPDX-License-Identifier: Apache-2.0
//
// SASL and TLS settings: what Java says with a JAAS entry and stores, librdkafka says with keys of its own. Everything
// here is an allowlist: a login module, mechanism or store type that is not known is refused by name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <memory>

#include "kafka/jaas.h"
#include "kafka/pkcs12.h"
#include "kafka/translation.h"

namespace millrace::kafka {
namespace {

std::string Upper(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

std::string Join(const auto& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + std::string(item);
  return out;
}

// Text that ends up inside a shell command (librdkafka runs kinit through one): only what names and paths need.
bool SafeForShell(std::string_view s) {
  return !s.empty() && s.front() != '-' && std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '/' || c == '@' || c == '-' || c == '+' || c == ':';
  });
}

std::string_view Option(const JaasEntry& jaas, const std::string& key) {
  const auto it = jaas.options.find(key);
  return it == jaas.options.end() ? std::string_view() : std::string_view(it->second);
}

constexpr std::string_view kJaas = "sasl.jaas.config";

void UserAndPassword(const JaasEntry& jaas, Translation& t) {
  for (const char* key : {"username", "password"}) {
    if (Option(jaas, key).empty()) t.Error(kJaas, fmt::format("{} needs the option {}", jaas.module, key));
  }
  if (Option(jaas, "tokenauth") == "true") t.Error(kJaas, "delegation tokens (tokenauth) are not available");
  t.Set("sasl.username", std::string(Option(jaas, "username")), kJaas);
  t.Set("sasl.password", std::string(Option(jaas, "password")), kJaas);
}

void OAuthBearer(const JaasEntry& jaas, Translation& t) {
  constexpr std::string_view prefix = "unsecuredLoginStringClaim_";
  std::string config;
  for (const auto& [key, value] : jaas.options) {
    if (!key.starts_with(prefix)) continue;
    const std::string claim = key.substr(prefix.size());
    if (value.find_first_of(" \t\n") != std::string::npos) {
      return t.Error(kJaas, fmt::format("the option {} may not hold blanks", key));
    }
    if (claim == "sub")
      config += "principal=" + value + ' ';
    else if (claim == "scope")
      config += "scope=" + value + ' ';
    else
      t.Warn(kJaas, fmt::format("the option {} has no counterpart; ignored", key));
  }
  if (config.empty()) {
    return t.Error(kJaas,
                   "OAUTHBEARER is available with unsecured tokens only (option unsecuredLoginStringClaim_sub): "
                   "this build of the Kafka client cannot fetch tokens from a server");
  }
  config.pop_back();
  t.Set("enable.sasl.oauthbearer.unsecure.jwt", "true", kJaas);
  t.Set("sasl.oauthbearer.config", config, kJaas);
}

void Kerberos(const JaasEntry& jaas, Translation& t) {
  const std::string_view principal = Option(jaas, "principal"), keytab = Option(jaas, "keyTab");
  if (!principal.empty()) {
    if (!SafeForShell(principal))
      return t.Error(kJaas, "the option principal holds characters that no principal needs");
    t.Set("sasl.kerberos.principal", std::string(principal), kJaas);
  }
  if (Option(jaas, "useKeyTab") == "true") {
    if (keytab.empty() || principal.empty()) return t.Error(kJaas, "useKeyTab needs the options keyTab and principal");
    if (!SafeForShell(keytab)) {
      return t.Error(kJaas, "the path in the option keyTab may hold letters, digits and . _ / @ - + : only");
    }
    t.Set("sasl.kerberos.keytab", std::string(keytab), kJaas);
  } else {
    // A ticket somebody else keeps fresh (useTicketCache): kinit is not run.
    t.Set("sasl.kerberos.min.time.before.relogin", "0", kJaas);
    t.Set("sasl.kerberos.kinit.cmd", "true", kJaas);
  }
  if (const auto service = Option(jaas, "serviceName"); !service.empty() && !t.Has("sasl.kerberos.service.name")) {
    t.Set("sasl.kerberos.service.name", std::string(service), kJaas);
  }
}

struct LoginModule {
  std::string_view name;
  std::array<std::string_view, 2> mechanisms;
  void (*apply)(const JaasEntry&, Translation&);
};

constexpr LoginModule kModules[] = {
    {"org.apache.kafka.common.security.plain.PlainLoginModule", {"PLAIN"}, UserAndPassword},
    {"org.apache.kafka.common.security.scram.ScramLoginModule", {"SCRAM-SHA-256", "SCRAM-SHA-512"}, UserAndPassword},
    {"org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule", {"OAUTHBEARER"}, OAuthBearer},
    {"com.sun.security.auth.module.Krb5LoginModule", {"GSSAPI"}, Kerberos},
    {"com.ibm.security.auth.module.Krb5LoginModule", {"GSSAPI"}, Kerberos},
};

void FinishSasl(bool sasl, Translation& t) {
  constexpr std::array<std::string_view, 5> mechanisms = {"GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                                          "OAUTHBEARER"};
  const std::string mechanism = t.Get("sasl.mechanism").empty() ? "GSSAPI" : std::string(t.Get("sasl.mechanism"));
  if (std::find(mechanisms.begin(), mechanisms.end(), mechanism) == mechanisms.end()) {
    return t.Error("sasl.mechanism", fmt::format("not one of {}", Join(mechanisms)));
  }
  if (!t.Get("sasl.login.callback.handler.class").empty()) {
    t.Warn("sasl.login.callback.handler.class", "names a Java class, which cannot be loaded; ignored");
  }
  for (const char* key : {"sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.scope"}) {
    if (t.Has(key)) t.Error(key, "this build of the Kafka client cannot fetch tokens from a server");
  }

  const std::string_view text = t.Get(kJaas);
  if (text.empty()) {
    if (sasl && mechanism != "GSSAPI") t.Error(kJaas, fmt::format("needed for sasl.mechanism={}", mechanism));
    if (sasl && mechanism == "GSSAPI") Kerberos({}, t);
  } else {
    // Looked at even when it is not used, so that a refused module is refused everywhere.
    const Result<JaasEntry> jaas = ParseJaas(text);
    if (!jaas.ok()) return t.Error(kJaas, jaas.status().message());
    const auto* module = std::find_if(std::begin(kModules), std::end(kModules),
                                      [&](const LoginModule& m) { return m.name == jaas->module; });
    if (module == std::end(kModules)) {
      std::string known;
      for (const LoginModule& m : kModules) known += (known.empty() ? "" : ", ") + std::string(m.name);
      const bool name_like = jaas->module.size() < 200 && SafeForShell(jaas->module);
      return t.Error(kJaas, fmt::format("the login module {} is not allowed; allowed are {}",
                                        name_like ? jaas->module : "(unreadable)", known));
    }
    if (!sasl) return;
    if (std::find(module->mechanisms.begin(), module->mechanisms.end(), mechanism) == module->mechanisms.end()) {
      return t.Error(kJaas, fmt::format("{} does not go with sasl.mechanism={}", module->name, mechanism));
    }
    module->apply(*jaas, t);
  }
  if (!sasl) return;
  t.Set("sasl.mechanism", mechanism, "sasl.mechanism");
  if (const auto service = t.Get("sasl.kerberos.service.name"); !service.empty()) {
    t.Set("sasl.kerberos.service.name", std::string(service), "sasl.kerberos.service.name");
  }
}

enum class StoreType { kPem, kPkcs12, kJks, kUnreadable };

// What a store is. Java's own JKS type opens PKCS12 files too, so the content decides unless the type says PEM.
StoreType TypeOf(std::string_view path, std::string_view type) {
  if (Upper(type) == "PEM") return StoreType::kPem;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(std::string(path).c_str(), "rbe"), std::fclose);
  if (file == nullptr) return StoreType::kUnreadable;
  std::array<unsigned char, 4> magic{};
  if (std::fread(magic.data(), 1, magic.size(), file.get()) != magic.size()) return StoreType::kUnreadable;
  if (magic == std::array<unsigned char, 4>{0xFE, 0xED, 0xFE, 0xED} ||
      magic == std::array<unsigned char, 4>{0xCE, 0xCE, 0xCE, 0xCE}) {
    return StoreType::kJks;
  }
  return magic[0] == 0x30 ? StoreType::kPkcs12 : StoreType::kPem;
}

void RefuseJks(std::string_view key, Translation& t) {
  t.Error(key,
          "is a JKS store, which only Java reads. Convert it once: keytool -importkeystore -srckeystore OLD.jks "
          "-destkeystore NEW.p12 -deststoretype PKCS12, then name the new file here with the type PKCS12");
}

void TrustStore(Translation& t) {
  constexpr std::string_view key = "ssl.truststore.location";
  if (const auto pem = t.Get("ssl.truststore.certificates"); !pem.empty()) {
    t.Set("ssl.ca.pem", std::string(pem), "ssl.truststore.certificates");
    return;
  }
  const std::string_view path = t.Get(key);
  if (path.empty()) return;
  switch (TypeOf(path, t.Get("ssl.truststore.type"))) {
    case StoreType::kPem: return t.Set("ssl.ca.location", std::string(path), key);
    case StoreType::kJks: return RefuseJks(key, t);
    case StoreType::kUnreadable: return t.Error(key, "the file cannot be read");
    case StoreType::kPkcs12: break;
  }
  Result<std::string> pem = Pkcs12CertificatesAsPem(std::string(path), std::string(t.Get("ssl.truststore.password")));
  if (!pem.ok()) return t.Error(key, pem.status().message());
  t.Set("ssl.ca.pem", std::move(pem).value(), key);
}

void KeyStore(Translation& t) {
  constexpr std::string_view key = "ssl.keystore.location";
  if (const auto password = t.Get("ssl.key.password"); !password.empty()) {
    t.Set("ssl.key.password", std::string(password), "ssl.key.password");
  }
  const std::string_view private_key = t.Get("ssl.keystore.key"), chain = t.Get("ssl.keystore.certificate.chain");
  if (!private_key.empty() || !chain.empty()) {
    if (private_key.empty() || chain.empty()) {
      return t.Error("ssl.keystore.key", "goes together with ssl.keystore.certificate.chain");
    }
    t.Set("ssl.key.pem", std::string(private_key), "ssl.keystore.key");
    t.Set("ssl.certificate.pem", std::string(chain), "ssl.keystore.certificate.chain");
    return;
  }
  const std::string_view path = t.Get(key);
  if (path.empty()) return;
  switch (TypeOf(path, t.Get("ssl.keystore.type"))) {
    case StoreType::kPem:  // one file with the key and the chain
      t.Set("ssl.key.location", std::string(path), key);
      t.Set("ssl.certificate.location", std::string(path), key);
      return;
    case StoreType::kPkcs12:
      t.Set("ssl.keystore.location", std::string(path), key);
      t.Set("ssl.keystore.password", std::string(t.Get("ssl.keystore.password")), "ssl.keystore.password");
      return;
    case StoreType::kJks: return RefuseJks(key, t);
    case StoreType::kUnreadable: return t.Error(key, "the file cannot be read");
  }
}

void CheckStoreType(std::string_view key, Translation& t) {
  const std::string type = Upper(t.Get(key));
  if (!type.empty() && type != "PEM" && type != "PKCS12" && type != "JKS") t.Error(key, "none of PEM, PKCS12, JKS");
}

void FinishTls(Translation& t) {
  CheckStoreType("ssl.truststore.type", t);
  CheckStoreType("ssl.keystore.type", t);
  TrustStore(t);
  KeyStore(t);
  if (t.Has("ssl.endpoint.identification.algorithm")) {
    const std::string algorithm = Upper(t.Get("ssl.endpoint.identification.algorithm"));
    if (!algorithm.empty() && algorithm != "HTTPS" && algorithm != "NONE") {
      t.Error("ssl.endpoint.identification.algorithm", "neither https nor empty");
    }
    t.Set("ssl.endpoint.identification.algorithm", algorithm == "HTTPS" ? "https" : "none",
          "ssl.endpoint.identification.algorithm");
  }
  if (const auto suites = t.Get("ssl.cipher.suites"); !suites.empty()) {
    Result<std::string> translated = OpenSslCipherNames(suites);
    if (!translated.ok()) return t.Error("ssl.cipher.suites", translated.status().message());
    if (!translated->empty()) t.Set("ssl.cipher.suites", *translated, "ssl.cipher.suites");
  }
}

}  // namespace

void FinishSecurity(Translation& t) {
  constexpr std::array<std::string_view, 4> protocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  const std::string protocol = t.Get("security.protocol").empty() ? "PLAINTEXT" : Upper(t.Get("security.protocol"));
  if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) {
    return t.Error("security.protocol", fmt::format("not one of {}", Join(protocols)));
  }
  std::string native = protocol;
  std::transform(native.begin(), native.end(), native.begin(), [](unsigned char c) { return std::tolower(c); });
  t.Set("security.protocol", native, "security.protocol");
  FinishSasl(protocol.starts_with("SASL"), t);
  if (protocol.ends_with("SSL")) FinishTls(t);
}

}  // namespace millrace::kafka
