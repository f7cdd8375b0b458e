// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"

#include <QtCore/qurl.h>

//! The urls that a listener connects to: repod, repods, ws and wss.
namespace QRepod::ServerUrl {

//! What a program connects from.
enum class Place {
    System,
    Browser, ///< which opens WebSockets, and nothing else
};

#ifdef Q_OS_WASM
inline constexpr Place here = Place::Browser;
#else
inline constexpr Place here = Place::System;
#endif

//! Why nobody can connect to \a url, which is empty if there is a host and a port instead; empty if
//! that is not known.
QString fault(const QUrl &url, Place place = here);

//! Its port, or that of its scheme; 0 if it has none.
int port(const QUrl &url);

//! Lets a connection with \a settings follow \a url, which says whether there is TLS.
void apply(const QUrl &url, ConnectionSettings &settings);

} // namespace QRepod::ServerUrl
