// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QSize>
#include <QtCore/QVariantMap>

//! What Watch tells, as lines for a terminal of \a size characters: what does not fit is cut.
QByteArray toTable(const QVariantMap &state, QSize size);
