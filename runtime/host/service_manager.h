// SPDX-License-Identifier: Apache-2.0
//
// Tells the service manager how the process fares: systemd's notification protocol (sd_notify(3)), one datagram to
// the socket named by NOTIFY_SOCKET. Without that variable nothing happens.
#pragma once

#include <string_view>

namespace millrace::host {

// "READY=1", "STOPPING=1", "STATUS=..."; lines may be joined by newlines.
void NotifyServiceManager(std::string_view state);

}  // namespace millrace::host
