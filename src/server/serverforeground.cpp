// SPDX-License-Identifier: MIT

//! Replaces serverbackground.cpp where the library has no threads: the server stays in its thread.

#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

bool Server::Private::canWorkHere() const
{
    return true;
}

void Server::startBackground()
{
    qCWarning(serverLog, "startBackground() has no effect: this library was built without threads");
}

void Server::Private::endBackground() { }

QThread *Server::workingThread() const
{
    return thread();
}

} // namespace QRepod
