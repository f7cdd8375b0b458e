// SPDX-License-Identifier: MIT
#include <QRepod/server.h>

#include "dispatch/handlertable.h"
#include "protocol/builtin.h"
#include "server/arrival.h"
#include "server/channelprivate.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"
#include "transport/address.h"
#include "transport/streams.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qhostinfo.h>

#include <algorithm>

namespace QRepod {

Q_LOGGING_CATEGORY(serverLog, "qrepod.server", QtWarningMsg)

namespace {

//! The address that \a host names. A name is looked up, which may take a while.
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
    , waker(server)
    , deadlines(server)
    , everyone(std::make_unique<Room>(server))
    , rooms(*this)
    , m_connections(std::make_unique<ConnectionGroups>(server))
    , m_acceptor(makeAcceptor([this](qintptr descriptor, const QString &peer) {
        accept(acceptedStream(descriptor, peer, settings.snapshot()));
    }))
    , m_memoryWatch(*this, deadlines)
{
    Room::Private::get(everyone.get())->attach(this, QString(), nullptr);
}

Server::Private::~Private()
{
    if (m_background)
        endBackground();
    else
        runInWorkingThread([this] { tearDown(); });
}

void Server::Private::tearDown()
{
    if (m_cluster)
        m_cluster->serverEnds();
    announcer.reset();
    m_acceptor.reset();
    closeEntrances();
    m_arrivals.clear();
    q->blockSignals(true);
    everyone->blockSignals(true);
    rooms.clear();
    while (!m_owned.isEmpty()) // a channel's destructor may delete another
        delete *m_owned.cbegin();
    m_connections.reset();
    deadlines.stop(); // what remains may be destroyed in another thread
}

bool Server::Private::failToListen(const QString &reason)
{
    const std::lock_guard lock(mutex);
    errorString = reason;
    return false;
}

bool Server::Private::listen(const QString &host, int wantedPort)
{
    if (m_acceptor->isListening())
        return failToListen(QStringLiteral("the server is already listening"));
    if (const QString error = listen(*m_acceptor, host, wantedPort); !error.isEmpty())
        return failToListen(error);
    port = m_acceptor->port();
    const std::lock_guard lock(mutex);
    errorString.clear();
    return true;
}

std::unique_ptr<Acceptor> Server::Private::makeAcceptor(
    std::function<void(qintptr, const QString &)> accept)
{
    auto acceptor = std::make_unique<Acceptor>(std::move(accept), q);
    QObject::connect(acceptor.get(), &Acceptor::failed, q, [server = q](const QString &reason) {
        Q_EMIT server->errorOccurred(QLatin1String("a client could not be accepted: ") + reason);
    });
    return acceptor;
}

QString Server::Private::listen(Acceptor &acceptor, const QString &host, int wantedPort)
{
    const QString wanted = hostAndPort(host, wantedPort);
    if (!isPort(wantedPort))
        return wanted + QLatin1String(": a port is a number from 0 to 65535");
    const QHostAddress address = resolve(host);
    if (address.isNull())
        return wanted + QLatin1String(": host not found");
    if (!acceptor.listen(address, quint16(wantedPort)))
        return wanted + QLatin1String(": ") + acceptor.errorString();
    threadsInUse = settings.snapshot().threads;
    m_connections->setThreads(threadsInUse);
    qCDebug(serverLog).noquote() << "listening on" << hostAndPort(host, acceptor.port());
    return {};
}

void Server::Private::accept(std::unique_ptr<Stream> stream,
                             std::shared_ptr<const HttpRequest> request)
{
    const ServerSettings channelSettings = settings.snapshot();
    if (channelSettings.sessionTimeout > 0)
        return arrive(std::move(stream), channelSettings, std::move(request));
    if (isFull(channelSettings))
        return refuse(std::move(stream), channelSettings, fullText(channelSettings));
    Channel *const channel = createChannel();
    if (!channel)
        return refuse(std::move(stream), channelSettings, rejectionText());
    Channel::Private *const client = Channel::Private::get(channel);
    client->attach(this, channelSettings, handlersOf(channel), stream->peer());
    client->httpRequest = std::move(request);
    m_owned.insert(channel);
    m_memoryWatch.start();
    m_connections->open(client->session->link(), channelSettings, std::move(stream));
}

bool Server::Private::isFull(const ServerSettings &channelSettings) const
{
    const int maximum = channelSettings.maximumConnections;
    return maximum > 0 && m_owned.size() >= maximum;
}

//! Creates a channel of the user's class; nullptr if the factory returns none.
Channel *Server::Private::createChannel()
{
    isInFactory = true;
    Channel *const channel = makeChannel ? makeChannel() : new Channel;
    isInFactory = false;
    if (channel)
        channel->setParent(q); // moves to another thread with the server
    return channel;
}

//! Sends an `error` message with the reason, and closes.
void Server::Private::refuse(std::unique_ptr<Stream> stream,
                             const ConnectionSettings &channelSettings, const QString &reason)
{
    qCDebug(serverLog).noquote() << stream->peer() << "is refused:" << reason;
    m_connections->refuse(channelSettings, std::move(stream), BuiltIn::error(reason).bytes());
}

//! Looks the handlers up by reflection once per class, not per client.
std::shared_ptr<const HandlerTable> Server::Private::handlersOf(const Channel *channel)
{
    if (channel->metaObject() != m_handlersClass) {
        m_handlersClass = channel->metaObject();
        m_handlers =
            HandlerTable::create(m_handlersClass, {Leading::Nothing, IncomingRequest::supplied()});
    }
    return m_handlers;
}

void Server::Private::join(Channel *channel)
{
    qCDebug(serverLog).noquote() << channel->address() << "has joined";
    const QPointer<Channel> joined(channel);
    Room::Private::get(everyone.get())->add(channel);
    if (joined)
        Q_EMIT q->channelConnected(channel);
}

void Server::Private::leave(Channel *channel)
{
    qCDebug(serverLog).noquote() << channel->address() << "has left";
    Room::Private::get(everyone.get())->remove(channel);
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
    m_owned.remove(channel);
}

//! Closes every channel, then delivers the remaining messages and the end, because a game may save
//! its players there. Handlers may delete channels, and the server.
void Server::Private::closeAll()
{
    m_acceptor->close();
    m_arrivals.clear();
    port = 0;
    closeEntrances();
    const QList<QPointer<Channel>> channels(m_owned.cbegin(), m_owned.cend());
    for (const QPointer<Channel> &channel : channels)
        channel->close();
    for (const QPointer<Channel> &channel : channels) {
        if (channel)
            Channel::Private::get(channel)->deliver();
    }
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
    const std::lock_guard lock(d->mutex);
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

Channel *Server::channel(const QString &sessionId) const
{
    return d->channel(sessionId);
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

void Server::setRoomFactory(std::function<Room *(const QString &name)> factory)
{
    d->runInWorkingThread([&] { d->rooms.setFactory(std::move(factory)); });
}

Room *Server::openRoom(const QString &name)
{
    Room *room = nullptr;
    d->runInWorkingThread([&] { room = d->rooms.open(name); });
    return room;
}

Room *Server::room(const QString &name) const
{
    return d->rooms.find(name);
}

QList<Room *> Server::rooms() const
{
    return d->rooms.all();
}

Room *Server::everyone() const
{
    return d->everyone.get();
}

void Server::sendToAll(const QVariantMap &message)
{
    d->everyone->sendToAll(message);
}

void Server::sendToAll(const QVariantMap &message, SendMode mode)
{
    d->everyone->sendToAll(message, nullptr, mode);
}

void Server::sendToAll(const QString &action, const QVariantMap &fields)
{
    d->everyone->sendToAll(action, fields);
}

void Server::sendToAll(const QString &action, const QVariantMap &fields, SendMode mode)
{
    d->everyone->sendToAll(action, fields, nullptr, mode);
}

qint64 Server::time()
{
    return Deadlines::now();
}

void Server::close()
{
    bool isOpen = false;
    d->runInWorkingThread([&] { isOpen = isListening() || !d->entrances.isEmpty(); });
    if (!isOpen)
        return;
    const QPointer<Server> alive(this);
    d->runInWorkingThread([this] { d->closeAll(); });
    if (alive)
        Q_EMIT listeningChanged();
}

} // namespace QRepod
