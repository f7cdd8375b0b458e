// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/SendMode>

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

//! The QML type SendMode: `send("position", {x, y}, SendMode.Latest)`; see QRepod::SendMode.
namespace QmlSendMode {
Q_NAMESPACE
QML_NAMED_ELEMENT(SendMode)

enum Mode {
    Reliable = int(SendMode::Reliable),
    Latest = int(SendMode::Latest),
};
Q_ENUM_NS(Mode)

} // namespace QmlSendMode

} // namespace QRepod
