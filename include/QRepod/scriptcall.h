// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <functional>

namespace QRepod {

//! Runs \a call, which calls a script function of \a object. Returns the text of the exception that
//! the function threw, or a null text. The function may delete \a object.
using ScriptCall = QString (*)(QObject *object, const std::function<void()> &call);

//! Sets how script functions that answer requests are called: an exception refuses the request. The
//! QML module sets this when it is loaded. By default exceptions are not noticed. Any thread.
QREPOD_EXPORT void setScriptCall(ScriptCall scriptCall);

} // namespace QRepod
