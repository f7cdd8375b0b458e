// SPDX-License-Identifier: MIT
#include "transport/acceptor.h"

#include "transport/nativesocket.h"

#include <QtCore/qcoreevent.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qnetworkproxy.h>

#include <utility>

namespace QRepod {

namespace {

// How many clients may wait to be accepted: a whole tournament may start at once.
[[maybe_unused]] constexpr int listenBacklog = 1024;

// How many clients are accepted before the others are served again.
constexpr int clientsAtOnce = 16;

// The pause after accepting failed, in milliseconds.
constexpr int retryInterval = 100;

} // namespace

Acceptor::Acceptor(std::function<void(qintptr, const QString &)> accept, QObject *parent)
    : QObject(parent)
    , m_accept(std::move(accept))
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 3, 0)
    m_server.setListenBacklogSize(listenBacklog);
#endif
    // Otherwise listen() asks the system for a proxy, which can block for seconds and leaves a
    // thread.
    m_server.setProxy(QNetworkProxy::NoProxy);
}

bool Acceptor::listen(const QHostAddress &address, quint16 port)
{
    if (!m_server.listen(address, port))
        return false;
    m_server.pauseAccepting();
    m_hasFailed = false;
    m_notifier =
        std::make_unique<QSocketNotifier>(m_server.socketDescriptor(), QSocketNotifier::Read, this);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, this, &Acceptor::acceptSome);
    return true;
}

void Acceptor::close()
{
    m_retry.stop();
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater(); // it may be the caller
    }
    m_server.close();
}

void Acceptor::acceptSome()
{
    for (int i = 0; i < clientsAtOnce && isListening(); ++i) {
        int error = 0;
        const qintptr descriptor = NativeSocket::accept(m_server.socketDescriptor(), &error);
        if (descriptor == -1) {
            if (error != 0)
                pause(error);
            return;
        }
        m_hasFailed = false;
        const QString peer = NativeSocket::peer(descriptor);
        if (peer.isEmpty())
            NativeSocket::close(descriptor);
        else
            m_accept(descriptor, peer);
    }
}

void Acceptor::pause(int error)
{
    m_notifier->setEnabled(false);
    m_retry.start(retryInterval, this);
    if (!std::exchange(m_hasFailed, true))
        Q_EMIT failed(qt_error_string(error));
}

void Acceptor::timerEvent(QTimerEvent *)
{
    m_retry.stop();
    if (m_notifier)
        m_notifier->setEnabled(true);
}

} // namespace QRepod
