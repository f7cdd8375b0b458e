// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <functional>

class QObject;

namespace QRepod {

//! Calls a function that QML code has declared on \a object, by \a call, and returns the text of
//! what it has thrown: the message of an Error, without its name. Null if it has thrown nothing.
///
/// The engine warns of it as ever. The function may delete \a object.
QString callScript(QObject *object, const std::function<void()> &call);

} // namespace QRepod
