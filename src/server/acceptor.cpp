// SPDX-License-Identifier: MIT
#include "server/acceptor.h"

#include <QtCore/qtimer.h>
#include <QtNetwork/qnetworkproxy.h>

namespace QRepod {

namespace {

// Clients that may wait to be accepted: a whole tournament may start at once.
[[maybe_unused]] constexpr int listenBacklog = 1024;

// After accepting failed, most often for want of descriptors, in milliseconds.
constexpr int retryInterval = 100;

} // namespace

Acceptor::Acceptor(std::function<void(qintptr)> accept)
    : m_accept(std::move(accept))
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 3, 0)
    setListenBacklogSize(listenBacklog);
#endif
    // Without it, listen() asks the system for a proxy: that can block for seconds and leaves a
    // thread.
    setProxy(QNetworkProxy::NoProxy);
    QObject::connect(this, &QTcpServer::acceptError, this, &Acceptor::retryLater);
}

//! QTcpServer stops accepting for good after an error.
void Acceptor::retryLater()
{
    QTimer::singleShot(retryInterval, this, &QTcpServer::resumeAccepting);
}

} // namespace QRepod
