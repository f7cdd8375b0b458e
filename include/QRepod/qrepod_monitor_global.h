// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

/// \file
/// Symbol visibility of the component Monitor, QRepod::Monitor.

#if defined(QREPOD_STATIC)
#    define QREPOD_MONITOR_EXPORT
#elif defined(QREPOD_MONITOR_BUILDING)
#    define QREPOD_MONITOR_EXPORT Q_DECL_EXPORT
#else
#    define QREPOD_MONITOR_EXPORT Q_DECL_IMPORT
#endif
