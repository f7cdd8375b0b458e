// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

/// \file
/// Symbol visibility of the test kit, QRepod::Test.

#if defined(QREPOD_STATIC)
#    define QREPOD_TEST_EXPORT
#elif defined(QREPOD_TEST_BUILDING)
#    define QREPOD_TEST_EXPORT Q_DECL_EXPORT
#else
#    define QREPOD_TEST_EXPORT Q_DECL_IMPORT
#endif
