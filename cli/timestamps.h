// The time-stamp services of a call: --tsa, else tsa.json of this user or this machine.
#pragma once

#include "cli/options.h"
#include "cli/terminal.h"
#include "sign/timestamp_services.h"

namespace mohr::cli {

// Services of --tsa (in order; the quotas that tsa.json names for them hold), else those of tsa.json. May be none.
// Errors: url_invalid, timestamp_settings_invalid.
Result<sign::TimestampSettings> timestamp_settings_from(const Arguments& arguments);
// $XDG_STATE_HOME/mohr/tsa.json; "" without a home, and for one --tsa without quota: there is nothing to remember for the next call.
std::string timestamp_state_file(const Arguments& arguments, const sign::TimestampSettings& settings);
// Hosts of the services: the user or the administrator named them, so they may lie inside.
std::vector<std::string> hosts_of(const sign::TimestampSettings& settings);
// Says on standard error which services were passed over.
void tell_notices(sign::TimestampServices& services, const Terminal& terminal);
// mohr timestamp --status.
Result<void> print_timestamp_status(const Arguments& arguments, const Terminal& terminal);

}  // namespace mohr::cli
