// SPDX-License-Identifier: MIT
#include <QRepod/serverbrowser.h>

#include "client/serverbrowserprivate.h"
#include "transport/address.h"

#include <QtCore/qrandom.h>
#include <QtNetwork/qnetworkdatagram.h>
#if QT_CONFIG(networkinterface) // not in a browser, which sends no datagrams either
#    include <QtNetwork/qnetworkinterface.h>
#endif

#include <algorithm>

namespace QRepod {

namespace {

constexpr int datagramsPerTurn = 256;
constexpr int leastInterval = 100;
constexpr int missesAllowed = 3;

} // namespace

ServerBrowser::Private::Private(ServerBrowser *browser)
    : q(browser)
{
    QObject::connect(&timer, &QTimer::timeout, q, [this] { ask(); });
    timer.setInterval(1000);
}

void ServerBrowser::Private::start()
{
    m_socket = std::make_unique<QUdpSocket>();
    if (!m_socket->bind(QHostAddress(QHostAddress::AnyIPv4))) {
        const QString error = m_socket->errorString();
        m_socket.reset();
        Q_EMIT q->errorOccurred(QLatin1String("cannot look for servers: ") + error);
        return;
    }
    QObject::connect(m_socket.get(), &QUdpSocket::readyRead, q, [this] { readSome(); });
    timer.start();
    ask();
    Q_EMIT q->runningChanged();
}

void ServerBrowser::Private::stop()
{
    timer.stop();
    m_socket.release()->deleteLater(); // this may run in one of its slots
    m_question = 0;
    if (!servers.empty()) {
        q->beginResetModel();
        servers.clear();
        q->endResetModel();
        Q_EMIT q->countChanged();
    }
    Q_EMIT q->runningChanged();
}

void ServerBrowser::Private::ask()
{
    removeSilent();
    m_question = QRandomGenerator::system()->generate64();
    m_asked.start();
    const QByteArray datagram = encodeQuestion(m_question);
    const auto send = [&](const QHostAddress &address) {
        m_socket->writeDatagram(datagram, address, quint16(port));
    };
    send(QHostAddress(QHostAddress::LocalHost));
#if QT_CONFIG(networkinterface)
    const QHostAddress group(QLatin1String{multicastGroup});
    const QList<QNetworkInterface> interfaces = QNetworkInterface::allInterfaces();
    for (const QNetworkInterface &network : interfaces) {
        if (!(network.flags() & QNetworkInterface::IsUp))
            continue;
        m_socket->setMulticastInterface(network);
        send(group);
        const QList<QNetworkAddressEntry> entries = network.addressEntries();
        for (const QNetworkAddressEntry &entry : entries) {
            if (!entry.broadcast().isNull())
                send(entry.broadcast());
        }
    }
#endif
}

void ServerBrowser::Private::readSome()
{
    for (int i = 0; i < datagramsPerTurn && m_socket && m_socket->hasPendingDatagrams(); ++i) {
        const QNetworkDatagram datagram = m_socket->receiveDatagram(datagramSize + 1);
        const std::optional<Announcement> found = decodeAnnouncement(datagram.data());
        if (found && found->question == m_question)
            handleAnswer(*found, datagram.senderAddress());
    }
    if (m_socket && m_socket->hasPendingDatagrams())
        QMetaObject::invokeMethod(
            q, [this] { readSome(); }, Qt::QueuedConnection);
}

//! Only the first answer to a question counts: a server on this machine may answer on several
//! networks.
void ServerBrowser::Private::handleAnswer(const Announcement &found, const QHostAddress &sender)
{
    const qint64 roundTrip = m_asked.nsecsElapsed() / 1000;
    const auto place = std::find_if(servers.begin(), servers.end(),
                                    [&](const Found &server) { return server.id == found.server; });
    const Found server{found.server, found.title, hostAndPort(sender, found.port),
                       found.data,   roundTrip,   0};
    const int row = int(place - servers.begin());
    if (place != servers.end()) {
        if (place->misses == 0)
            return;
        *place = server;
        Q_EMIT q->dataChanged(q->index(row), q->index(row));
        return;
    }
    if (servers.size() >= size_t(maximumCount))
        return;
    q->beginInsertRows({}, row, row);
    servers.push_back(server);
    q->endInsertRows();
    Q_EMIT q->countChanged();
}

//! Counts a miss for each server before the next question, and removes the silent ones.
void ServerBrowser::Private::removeSilent()
{
    const size_t before = servers.size();
    for (size_t row = servers.size(); row-- > 0;) {
        if (++servers[row].misses <= missesAllowed)
            continue;
        q->beginRemoveRows({}, int(row), int(row));
        servers.erase(servers.begin() + std::ptrdiff_t(row));
        q->endRemoveRows();
    }
    if (servers.size() != before)
        Q_EMIT q->countChanged();
}

ServerBrowser::ServerBrowser(QObject *parent)
    : QAbstractListModel(parent)
    , d(std::make_unique<Private>(this))
{
}

ServerBrowser::~ServerBrowser() = default;

bool ServerBrowser::isRunning() const
{
    return d->timer.isActive();
}

void ServerBrowser::setRunning(bool running)
{
    if (running == isRunning())
        return;
    if (running)
        d->start();
    else
        d->stop();
}

void ServerBrowser::start()
{
    setRunning(true);
}

void ServerBrowser::stop()
{
    setRunning(false);
}

int ServerBrowser::port() const
{
    return d->port;
}

void ServerBrowser::setPort(int port)
{
    if (port == d->port || port < 1 || !isPort(port))
        return;
    d->port = port;
    Q_EMIT portChanged();
}

int ServerBrowser::interval() const
{
    return d->timer.interval();
}

void ServerBrowser::setInterval(int milliseconds)
{
    const int interval = std::max(leastInterval, milliseconds);
    if (interval == d->timer.interval())
        return;
    d->timer.setInterval(interval);
    Q_EMIT intervalChanged();
}

int ServerBrowser::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(d->servers.size());
}

QVariant ServerBrowser::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || size_t(index.row()) >= d->servers.size())
        return {};
    const Private::Found &server = d->servers[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case TitleRole:
        return server.title;
    case AddressRole:
        return server.address;
    case DataRole:
        return server.data;
    case RoundTripTimeRole:
        return server.roundTripTime;
    default:
        return {};
    }
}

QHash<int, QByteArray> ServerBrowser::roleNames() const
{
    return {{TitleRole, "title"},
            {AddressRole, "address"},
            {DataRole, "data"},
            {RoundTripTimeRole, "roundTripTime"}};
}

} // namespace QRepod
