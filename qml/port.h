// SPDX-License-Identifier: MIT
#pragma once

#include <QtQml/qqmlinfo.h>

#include <limits>

namespace QRepod {

//! Whether \a port is one; if not, \a object warns.
inline bool checkPort(int port, const QObject *object)
{
    if (port >= 0 && port <= std::numeric_limits<quint16>::max())
        return true;
    qmlWarning(object) << "a port is a number from 0 to 65535, not " << port;
    return false;
}

} // namespace QRepod
