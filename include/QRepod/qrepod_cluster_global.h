// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

/// \file
/// Symbol visibility of the component Cluster, QRepod::Cluster.

#if defined(QREPOD_STATIC)
#    define QREPOD_CLUSTER_EXPORT
#elif defined(QREPOD_CLUSTER_BUILDING)
#    define QREPOD_CLUSTER_EXPORT Q_DECL_EXPORT
#else
#    define QREPOD_CLUSTER_EXPORT Q_DECL_IMPORT
#endif
