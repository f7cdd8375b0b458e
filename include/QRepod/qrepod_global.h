// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

/// \file
/// Symbol visibility of the QRepod library.

#if defined(QREPOD_STATIC)
#    define QREPOD_EXPORT
#elif defined(QREPOD_BUILDING)
#    define QREPOD_EXPORT Q_DECL_EXPORT
#else
#    define QREPOD_EXPORT Q_DECL_IMPORT
#endif
