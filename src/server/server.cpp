// SPDX-License-Identifier: MIT
#include <QRepod/server.h>

#include "dispatch/handlertable.h"
#include "protocol/builtin.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"
#include "transport/address.h"

#include <QtCore/qloggingcategory.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qhostinfo.h>

#include <algorithm>

namespace QRepod {

Q_LOGGING_CATEGORY(serverLog, "qrepod.server", QtWarningMsg)

namespace {

//! The address that \a host names; a name is looked up, which may take a while.
QHostAddress resolve(const QString &host)
{
    if (host.isEmpty())
        return QHostAddress(QHostAddress::Any);
    if (host == QLatin1String("localhost"))
        return QHostAddress(QHostAddress::LocalHost);
    const QHostAddress address(withoutBrackets(host));
    if (!address.isNull())
        return address;
    const QList<QHostAddress> addresses = QHostInfo::fromName(host).addresses();
    return addresses.value(0);
}

} // namespace

Server::Private::Private(Server *server)
    : q(server)
    , everyone(std::make_unique<Room>())
    , m_home(std::make_unique<ConnectionGroup>())
    , m_acceptor(std::make_unique<Acceptor>([this](qintptr descriptor) { accept(descriptor); }))
{
    Room::Private::get(everyone.get())->server = this;
}

Server::Private::~Private()
{
    runInWorkingThread([this] {
        m_acceptor.reset();
        const QSet<Channel *> owned = m_owned;
        qDeleteAll(owned);
    });
    // What was sent still goes out, on a thread: without a background thread of its own, on one
    // that lives no longer than that takes.
    if (!m_network && !m_home->isEmpty()) {
        m_network.emplace(std::move(m_home));
        m_network->start();
    }
}

bool Server::Private::listen(const QString &host, int wantedPort)
{
    const auto fail = [&](const QString &reason) {
        errorString = hostAndPort(host, wantedPort) + QLatin1String(": ") + reason;
        return false;
    };
    if (m_acceptor->isListening()) {
        errorString = QStringLiteral("the server is listening already");
        return false;
    }
    if (!isPort(wantedPort))
        return fail(QStringLiteral("a port is a number from 0 to 65535"));
    const QHostAddress address = resolve(host);
    if (address.isNull())
        return fail(QStringLiteral("host not found"));
    if (!m_acceptor->listen(address, quint16(wantedPort)))
        return fail(m_acceptor->errorString());
    port = m_acceptor->serverPort();
    errorString.clear();
    qCDebug(serverLog).noquote() << "listening on" << hostAndPort(host, port);
    return true;
}

void Server::Private::startBackground()
{
    if (m_network)
        return;
    const auto isBusy = [](const Channel *channel) {
        return Channel::Private::get(channel)->isDelivering();
    };
    if (m_isMakingChannel || std::any_of(m_owned.cbegin(), m_owned.cend(), isBusy)) {
        qCWarning(serverLog, "startBackground() inside of a handler has no effect");
        return;
    }
    m_network.emplace(std::move(m_home));
    m_acceptor->moveToThread(m_network->thread());
    everyone->moveToThread(m_network->thread());
    for (Channel *channel : std::as_const(m_owned))
        channel->moveToThread(m_network->thread());
    m_network->start();
}

void Server::Private::accept(qintptr descriptor)
{
    const ServerSettings channelSettings = settings.snapshot();
    const int maximum = channelSettings.maximumConnections;
    if (maximum > 0 && m_owned.size() >= maximum)
        return refuse(descriptor, channelSettings,
                      QStringLiteral("the server is full: %1 clients").arg(maximum));

    m_isMakingChannel = true;
    Channel *channel = makeChannel ? makeChannel() : new Channel;
    m_isMakingChannel = false;
    const Link link = Link::create(channel, channelSettings);
    auto *connection = new Connection(link, channelSettings, workingHome());
    Channel::Private *const client = Channel::Private::get(channel);
    client->attach(this, link, handlersOf(channel));
    m_owned.insert(channel);
    client->address = connection->adopt(descriptor);
    if (client->address.isEmpty())
        delete channel;
}

//! Says why, in an `error` message, and closes.
void Server::Private::refuse(qintptr descriptor, const ConnectionSettings &channelSettings,
                             const QString &reason)
{
    const Link link = Link::create(nullptr, channelSettings);
    auto *connection = new Connection(link, channelSettings, workingHome());
    const QString address = connection->adopt(descriptor);
    qCDebug(serverLog).noquote() << address << "is refused:" << reason;
    link.outbox->send(BuiltIn::error(reason).bytes());
    link.close();
}

//! Looked up by reflection once per class, not per client.
std::shared_ptr<const HandlerTable> Server::Private::handlersOf(const Channel *channel)
{
    if (channel->metaObject() != m_handlersClass) {
        m_handlersClass = channel->metaObject();
        m_handlers = HandlerTable::create(m_handlersClass);
    }
    return m_handlers;
}

void Server::Private::join(Channel *channel)
{
    qCDebug(serverLog).noquote() << channel->address() << "has joined";
    Room::Private::get(everyone.get())->join(channel);
    Q_EMIT q->channelConnected(channel);
}

void Server::Private::leave(Channel *channel)
{
    if (Room::Private::get(everyone.get())->leave(channel))
        qCDebug(serverLog).noquote() << channel->address() << "has left";
}

void Server::Private::announceLeft(Channel *channel)
{
    Q_EMIT q->channelDisconnected(channel);
}

void Server::Private::reject(const QString &error)
{
    Q_EMIT q->errorOccurred(error);
}

void Server::Private::disown(Channel *channel)
{
    leave(channel);
    m_owned.remove(channel);
}

void Server::Private::closeAll()
{
    m_acceptor->close();
    for (Channel *channel : std::as_const(m_owned))
        channel->close();
}

Server::Server(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

Server::~Server() = default;

void Server::setChannelFactory(std::function<Channel *()> factory)
{
    d->runInWorkingThread([&] { d->makeChannel = std::move(factory); });
}

bool Server::listen(const QString &host, int port)
{
    bool isListening = false;
    d->runInWorkingThread([&] { isListening = d->listen(host, port); });
    if (isListening)
        Q_EMIT listeningChanged();
    return isListening;
}

QString Server::errorString() const
{
    return d->errorString;
}

quint16 Server::port() const
{
    return d->port;
}

bool Server::isListening() const
{
    return d->port != 0;
}

QList<Channel *> Server::channels() const
{
    return d->everyone->channels();
}

void Server::addHandler(QObject *handler)
{
    d->runInWorkingThread([&] { d->dispatcher.addTarget(handler); });
}

void Server::removeHandler(QObject *handler)
{
    d->runInWorkingThread([&] { d->dispatcher.removeTarget(handler); });
}

Room *Server::everyone() const
{
    return d->everyone.get();
}

void Server::sendToAll(const QVariantMap &message)
{
    d->everyone->sendToAll(message);
}

void Server::sendToAll(const QString &action, const QVariantMap &fields)
{
    d->everyone->sendToAll(action, fields);
}

void Server::startBackground()
{
    d->startBackground();
}

void Server::close()
{
    if (!isListening())
        return;
    d->runInWorkingThread([this] { d->closeAll(); });
    d->port = 0;
    Q_EMIT listeningChanged();
}

} // namespace QRepod
