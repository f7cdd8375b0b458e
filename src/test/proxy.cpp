// SPDX-License-Identifier: MIT
#include "test/proxy.h"

#include "test/socketend.h"

#include <QtNetwork/qnetworkproxy.h>

namespace QRepod {

namespace {

// How long one end may go on after the other has closed, in milliseconds.
constexpr int lingerTimeout = 3000;

constexpr Direction eachDirection[] = {Direction::ToServer, Direction::ToClient};

} // namespace

ProxyConnection::ProxyConnection(QTcpSocket *client, const QString &host, quint16 port,
                                 const Faults &toServer, const Faults &toClient, quint32 seed,
                                 int number, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_server(new QTcpSocket(this))
    , m_toServer(makePipe(Direction::ToServer, toServer, seed, number))
    , m_toClient(makePipe(Direction::ToClient, toClient, seed, number))
{
    client->setParent(this);
    client->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    // Nobody is there: reset the client, which would be refused without the proxy.
    const auto failed =
        connect(m_server, &QTcpSocket::errorOccurred, this, &ProxyConnection::reset);
    connect(m_server, &QTcpSocket::connected, this, [this, failed] {
        disconnect(failed);
        m_server->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    });
    m_lingering.setSingleShot(true);
    connect(&m_lingering, &QTimer::timeout, this, &ProxyConnection::reset);
    m_server->setProxy(QNetworkProxy::NoProxy);
    m_server->connectToHost(host, port);
}

ProxyConnection::~ProxyConnection()
{
    // Before the sockets, which still emit signals when they are destroyed.
    delete m_toServer;
    delete m_toClient;
}

ProxyPipe *ProxyConnection::makePipe(Direction direction, const Faults &faults, quint32 seed,
                                     int number)
{
    QTcpSocket *const source = direction == Direction::ToServer ? m_client : m_server;
    QTcpSocket *const sink = direction == Direction::ToServer ? m_server : m_client;
    std::seed_seq seeds{seed, quint32(number), quint32(direction)};
    auto *pipe = new ProxyPipe(source, sink, faults, seeds, this);
    connect(pipe, &ProxyPipe::cutReached, this, [this, pipe] {
        if (pipe->isAbrupt())
            reset();
        else
            cut();
    });
    connect(pipe, &ProxyPipe::done, this, [this] {
        if (m_toServer->isDone() && m_toClient->isDone())
            deleteLater();
        else if (!m_lingering.isActive())
            m_lingering.start(lingerTimeout);
    });
    return pipe;
}

void ProxyConnection::cut()
{
    m_toServer->finish();
    m_toClient->finish();
    m_lingering.start(lingerTimeout);
}

void ProxyConnection::reset()
{
    for (QTcpSocket *socket : {m_client, m_server}) {
        socket->blockSignals(true); // otherwise the other end would see a close first
        SocketEnd::reset(*socket);
    }
    deleteLater();
}

Proxy::Proxy(const QString &targetHost, quint16 targetPort, quint32 seed, ProxyObserver *observer)
    : m_targetHost(targetHost)
    , m_targetPort(targetPort)
    , m_seed(seed)
    , m_observer(observer)
{
    connect(&m_server, &QTcpServer::newConnection, this, &Proxy::acceptAll);
#if QT_VERSION >= QT_VERSION_CHECK(6, 3, 0)
    m_server.setListenBacklogSize(1024); // all clients may come back at once
#endif
    m_server.setProxy(QNetworkProxy::NoProxy);
    if (!m_server.listen(QHostAddress::LocalHost, 0))
        qFatal("the proxy cannot listen: %s", qPrintable(m_server.errorString()));
}

int Proxy::openConnectionCount() const
{
    return int(findChildren<ProxyConnection *>(Qt::FindDirectChildrenOnly).size());
}

void Proxy::acceptWaiting()
{
    // Clients that cannot be accepted for lack of descriptors go on waiting.
    int before = 0;
    do {
        before = m_connectionCount;
    } while (m_server.waitForNewConnection(0) && m_connectionCount > before);
}

void Proxy::acceptAll()
{
    while (QTcpSocket *client = m_server.nextPendingConnection())
        accept(client);
}

void Proxy::accept(QTcpSocket *client)
{
    if (!m_interruption.hasExpired()) {
        SocketEnd::reset(*client);
        client->deleteLater();
        return;
    }
    const int number = m_connectionCount++;
    auto *connection =
        new ProxyConnection(client, m_targetHost, m_targetPort, faults(Direction::ToServer),
                            faults(Direction::ToClient), m_seed, number, this);
    if (m_observer)
        m_observer->opened(number);
    for (const Direction direction : eachDirection) {
        ProxyPipe *const pipe = connection->pipe(direction);
        pipe->onForwarded = [this, number, direction](const QByteArray &bytes) {
            m_bytes[index(direction)] += bytes.size();
            if (m_observer)
                m_observer->forwarded(number, direction, bytes);
        };
        if (m_observer) {
            connect(pipe, &ProxyPipe::ended, this,
                    [this, number, direction] { m_observer->closed(number, direction); });
        }
    }
}

void Proxy::faultsChanged()
{
    const auto connections = findChildren<ProxyConnection *>(Qt::FindDirectChildrenOnly);
    for (ProxyConnection *connection : connections) {
        for (const Direction direction : eachDirection)
            connection->pipe(direction)->advance();
    }
}

void Proxy::halfClose(Directions directions)
{
    const auto connections = findChildren<ProxyConnection *>(Qt::FindDirectChildrenOnly);
    for (ProxyConnection *connection : connections) {
        for (const Direction direction : eachDirection) {
            if (directions.testFlag(direction))
                connection->pipe(direction)->finish();
        }
    }
}

void Proxy::reset()
{
    const auto connections = findChildren<ProxyConnection *>(Qt::FindDirectChildrenOnly);
    for (ProxyConnection *connection : connections) {
        connection->reset();
        delete connection;
    }
}

void Proxy::interrupt(int milliseconds)
{
    m_interruption.setRemainingTime(milliseconds);
    reset();
}

} // namespace QRepod
