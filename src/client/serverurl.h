// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"

#include <QtCore/qurl.h>

//! The urls that a listener connects to: repod, repods, ws and wss.
namespace QRepod::ServerUrl {

//! Why nobody can connect to \a url; empty if that is not known, as for an empty one.
QString fault(const QUrl &url);

//! Its port, or that of its scheme; 0 if it has none.
int port(const QUrl &url);

//! Lets a connection with \a settings follow \a url, which says whether there is TLS.
void apply(const QUrl &url, ConnectionSettings &settings);

} // namespace QRepod::ServerUrl
