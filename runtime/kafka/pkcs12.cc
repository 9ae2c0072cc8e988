// SPDX-License-Identifier: Apache-2.0
#include "kafka/pkcs12.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <memory>

namespace millrace::kafka {
namespace {

constexpr long kMaxStoreBytes = 16 << 20;

template <class T, void (*free)(T*)>
struct Free {
  void operator()(T* p) const { free(p); }
};
void FreeBio(BIO* bio) { BIO_free(bio); }
void FreeStack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using Bio = std::unique_ptr<BIO, Free<BIO, FreeBio>>;
using Store = std::unique_ptr<PKCS12, Free<PKCS12, PKCS12_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Free<STACK_OF(X509), FreeStack>>;

// The thread's OpenSSL error queue must not leak into the next user of it.
struct ErrorScope {
  ~ErrorScope() { ERR_clear_error(); }
};

}  // namespace

Result<std::string> Pkcs12CertificatesAsPem(const std::string& path, const std::string& password) {
  const ErrorScope errors;
  const Bio file(BIO_new_file(path.c_str(), "rb"));
  if (file == nullptr) return Status::Config("the file cannot be read");
  if (BIO_seek(file.get(), 0) < 0) return Status::Config("is not a regular file");
  if (FILE* raw = nullptr; BIO_get_fp(file.get(), &raw) == 1 && raw != nullptr) {
    if (std::fseek(raw, 0, SEEK_END) != 0 || std::ftell(raw) > kMaxStoreBytes) {
      return Status::Config("is larger than 16 MiB, which no trust store is");
    }
    std::rewind(raw);
  }
  const Store store(d2i_PKCS12_bio(file.get(), nullptr));
  if (store == nullptr) return Status::Config("is not a PKCS12 file");

  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  STACK_OF(X509)* raw_others = nullptr;
  if (PKCS12_parse(store.get(), password.c_str(), &raw_key, &raw_certificate, &raw_others) != 1) {
    return Status::Config(PKCS12_verify_mac(store.get(), password.c_str(), -1) == 1
                              ? "the PKCS12 file uses an encryption that OpenSSL refuses"
                              : "the password does not open the PKCS12 file");
  }
  const Key key(raw_key);
  const Certificate certificate(raw_certificate);
  const Certificates others(raw_others);

  const Bio pem(BIO_new(BIO_s_mem()));
  if (pem == nullptr) return Status::Fatal("out of memory");
  int written = 0;
  if (certificate != nullptr) written += PEM_write_bio_X509(pem.get(), certificate.get());
  for (int i = 0; others != nullptr && i < sk_X509_num(others.get()); ++i) {
    written += PEM_write_bio_X509(pem.get(), sk_X509_value(others.get(), i));
  }
  if (written == 0) return Status::Config("the PKCS12 file holds no certificate");
  char* text = nullptr;
  const long length = BIO_get_mem_data(pem.get(), &text);
  return std::string(text, static_cast<size_t>(length));
}

Result<std::string> OpenSslCipherNames(std::string_view java_list) {
  const ErrorScope errors;
  std::string out;
  while (!java_list.empty()) {
    const size_t comma = java_list.find(',');
    std::string name(java_list.substr(0, comma));
    java_list = comma == std::string_view::npos ? std::string_view() : java_list.substr(comma + 1);
    std::erase(name, ' ');
    if (name.empty()) continue;
    if (name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_")) continue;
    const std::string_view openssl = OPENSSL_cipher_name(name.c_str());
    if (openssl == "(NONE)") {
      return Status::Config(fmt::format("'{}' is no cipher suite that OpenSSL knows", name.substr(0, 80)));
    }
    out += (out.empty() ? "" : ":") + std::string(openssl);
  }
  return out;
}

}  // namespace millrace::kafka
