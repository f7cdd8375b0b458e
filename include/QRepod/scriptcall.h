// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <functional>

namespace QRepod {

//! Calls a function of \a object that is written in a script, by \a call, and returns why it has
//! thrown; a null text if it has not. The function may delete \a object.
using ScriptCall = QString (*)(QObject *object, const std::function<void()> &call);

//! Sets how functions in scripts are called that answer a request: what one throws refuses it. The
//! QML module does this when it is loaded. Any thread; by default they are called without more.
QREPOD_EXPORT void setScriptCall(ScriptCall scriptCall);

} // namespace QRepod
