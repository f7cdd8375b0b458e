// SPDX-License-Identifier: MIT
#include "client/clientprivate.h"
#include "client/connectionlistenerprivate.h"
#include "client/serverurl.h"
#include "transport/address.h"
#include "transport/streams.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_LOGGING_CATEGORY(clientLog, "qrepod.client", QtWarningMsg)

namespace {

//! Returns why no server can be at this address; empty if one can.
QString addressFault(const QUrl &url, const QString &host, int port)
{
    if (QString fault = ServerUrl::fault(url); !fault.isEmpty())
        return fault;
    if (host.isEmpty())
        return QStringLiteral("no host given");
    if (port == 0 || !isPort(port))
        return QStringLiteral("a port is a number from 1 to 65535");
    return {};
}

// In milliseconds. By then, a server that turns clients away has said why and closed. If it closed
// with our bytes unread, the close would become a reset, and its reason would be lost.
constexpr int helloDelay = 50;

} // namespace

bool Client::Private::open(const std::shared_ptr<Session> &newSession,
                           const ConnectionSettings &settings, const QString &newHost, int newPort,
                           int delay)
{
    {
        const std::lock_guard lock(mutex);
        host = newHost;
        port = newPort;
        session = newSession;
    }
    isFull = false;
    if (isClosed) // another thread's close() may have hit the previous connection
        newSession->link().close();
    if (const QString fault = addressFault(settings.url, newHost, newPort); !fault.isEmpty()) {
        newSession->inbox().pushEnd(hostAndPort(newHost, newPort) + QLatin1String(": ") + fault);
        return false;
    }
    const Link link = newSession->link();
    link.outbox->begin(Control::hello(), helloDelay);
    open(link, settings, delay, {newHost, newPort});
    return true;
}

void Client::Private::reopen(const ConnectionSettings &settings, WakeTarget reader,
                             const QByteArray &first, int delay,
                             const std::optional<Address> &elsewhere)
{
    const Link next = Link::create(reader, settings);
    next.outbox->begin(first);
    currentSession()->link().outbox->close(); // it may be waiting for answers
    currentSession()->leave(next);
    if (isClosed) // another thread's close() may have hit the previous connection
        next.close();
    open(next, settings, delay, elsewhere.value_or(Address{host, port}));
}

//! Opens the connection in the network thread, and starts the thread if needed.
void Client::Private::open(const Link &link, const ConnectionSettings &settings, int delay,
                           const Address &address)
{
    if (!network) {
        network.emplace(std::make_unique<ConnectionGroup>());
        network->start();
    }
    network->post([link, settings, address, delay](ConnectionGroup *group) {
        group->open(link, settings, streamTo(address.host, quint16(address.port), settings), delay);
    });
}

void Client::Private::replaceSession(const std::shared_ptr<Session> &newSession)
{
    const std::lock_guard lock(mutex);
    session = reported = newSession;
}

void Client::Private::endSession() const
{
    const std::shared_ptr<Session> current = currentSession();
    if (current->isResumable())
        current->link().outbox->sendControl(Control::bye(), Outbox::Bound::None);
    current->end();
}

void Client::Private::reportCurrent()
{
    const std::lock_guard lock(mutex);
    reported = session;
}

Client *Client::Private::create(ConnectionListener *parent)
{
    return new Client(std::make_unique<Private>(), parent);
}

Client::Client(std::unique_ptr<Private> part, QObject *parent)
    : QObject(parent)
    , d(std::move(part))
{
}

Client::~Client()
{
    d->endSession();
    d->currentSession()->inbox().detachReader();
}

QString Client::hostName() const
{
    const std::lock_guard lock(d->mutex);
    return d->host;
}

quint16 Client::port() const
{
    const std::lock_guard lock(d->mutex);
    return isPort(d->port) ? quint16(d->port) : 0;
}

QString Client::address() const
{
    const std::lock_guard lock(d->mutex);
    return hostAndPort(d->host, d->port);
}

qint64 Client::send(const QVariantMap &message, SendMode mode)
{
    const std::shared_ptr<Session> session = d->currentSession();
    if (!session->isAccepting())
        return 0;
    const EncodedMessage encoded(message, session->limits());
    if (!encoded.isValid()) {
        qCWarning(clientLog).noquote() << notSent(encoded, address(), encoded.error());
        return 0;
    }
    const Outbox::Result result = session->send(encoded, mode);
    if (result.status == Outbox::Status::Accepted && d->isFull)
        d->isFull = false;
    else if (result.status == Outbox::Status::Full && !d->isFull.exchange(true))
        qCWarning(clientLog).noquote() << notSent(encoded, address(), result.error);
    return result.bytes;
}

void Client::close()
{
    d->isClosed = true;
    d->endSession();
    d->currentSession()->link().close();
}

bool Client::isConnected() const
{
    return d->currentSession()->isOpen();
}

bool Client::isInterrupted() const
{
    return d->isInterrupted;
}

Statistics Client::statistics() const
{
    const std::shared_ptr<Session> session = [this] {
        const std::lock_guard lock(d->mutex);
        return d->reported;
    }();
    return session->statistics();
}

} // namespace QRepod
