// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"

#include <QtCore/qurl.h>

//! The URLs that a listener connects to: repod, repods, ws and wss.
namespace QRepod::ServerUrl {

//! Where a program runs.
enum class Platform {
    System,
    Browser, ///< can open only WebSockets
};

#ifdef Q_OS_WASM
inline constexpr Platform thisPlatform = Platform::Browser;
#else
inline constexpr Platform thisPlatform = Platform::System;
#endif

//! Returns why nobody can connect to \a url; empty if no fault is known. An empty \a url means that
//! host and port are given instead.
QString fault(const QUrl &url, Platform platform = thisPlatform);

//! Returns the port of \a url, or its scheme's default; 0 if there is none.
int port(const QUrl &url);

//! Applies \a url, which decides whether there is TLS, to \a settings.
void apply(const QUrl &url, ConnectionSettings &settings);

} // namespace QRepod::ServerUrl
