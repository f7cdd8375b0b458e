// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QSize>
#include <QtCore/QVariantMap>

//! Formats the state from Watch for a terminal of \a size characters. What does not fit is cut.
QByteArray toTable(const QVariantMap &state, QSize size);
