// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

/// \file
/// Symbol visibility of the component QRepod::WebSocket.

#if defined(QREPOD_STATIC)
#    define QREPOD_WEBSOCKET_EXPORT
#elif defined(QREPOD_WEBSOCKET_BUILDING)
#    define QREPOD_WEBSOCKET_EXPORT Q_DECL_EXPORT
#else
#    define QREPOD_WEBSOCKET_EXPORT Q_DECL_IMPORT
#endif
