// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"
#include "transport/stream.h"

namespace QRepod {

//! The stream to a server, of the kind that the settings and the application's proxy ask for.
std::unique_ptr<Stream> streamTo(const QString &host, quint16 port,
                                 const ConnectionSettings &settings);

//! The stream of an accepted client, whose \a descriptor is owned from now on.
std::unique_ptr<Stream> acceptedStream(qintptr descriptor, const QString &peer,
                                       const ConnectionSettings &settings);

} // namespace QRepod
