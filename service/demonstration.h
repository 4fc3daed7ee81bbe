// The services of a demonstration authority over HTTP: POST /tsa (RFC 3161), POST and GET /ocsp (RFC 6960 appendix A),
// GET /crl/NAME.crl and /ca/NAME.cer (RFC 5280 4.2.1.13, 4.2.2.1).
#pragma once

#include "pki/authority.h"
#include "service/http.h"
#include "service/serial_numbers.h"

namespace mohr::service {

// One request, answered from the folder's keys, the next serial number of a token, and the time.
HttpResponse answer_demonstration(const pki::DemonstrationAuthority& authority, SerialNumbers& serials, const HttpRequest& request,
                                  Instant now);

// A running demonstration; stops when it goes, after requests in flight are answered.
class Demonstration {
 public:
  Demonstration(std::unique_ptr<pki::DemonstrationAuthority> authority, std::unique_ptr<SerialNumbers> serials,
                std::unique_ptr<HttpServer> server)
      : authority_(std::move(authority)), serials_(std::move(serials)), server_(std::move(server)) {}
  [[nodiscard]] int port() const { return server_->port(); }
  [[nodiscard]] std::string tsa_url() const { return authority_->tsa_url(); }
  [[nodiscard]] std::string ocsp_url() const { return authority_->ocsp_url(); }
  [[nodiscard]] std::string crl_url() const { return authority_->crl_url(); }

 private:
  std::unique_ptr<pki::DemonstrationAuthority> authority_;
  std::unique_ptr<SerialNumbers> serials_;
  std::unique_ptr<HttpServer> server_;  // goes first: it asks the other two
};

// Serves `directory` (made by pki::make_demonstration) on the loopback port that stands in its certificates, and renews the folder's
// CRL files where it may write. Serial numbers of tokens are counted in its file serials. `clock` outlives the result. Errors:
// authority_invalid, key errors, module_missing, port_taken.
Result<std::unique_ptr<Demonstration>> start_demonstration(const std::string& directory, const Clock& clock,
                                                           pki::TimestampTerms terms = {});

}  // namespace mohr::service
