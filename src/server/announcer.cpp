// SPDX-License-Identifier: MIT
#include "server/announcer.h"

#include "transport/deadlines.h"

#include <QtCore/qrandom.h>
#include <QtNetwork/qnetworkdatagram.h>
#if QT_CONFIG(networkinterface) // not in a browser, which sends no datagrams either
#    include <QtNetwork/qnetworkinterface.h>
#endif

#include <algorithm>

namespace QRepod {

namespace {

constexpr int questionsPerTurn = 64; // the server has other things to do
constexpr int networksLifetime = 10'000;

} // namespace

Announcer::Announcer(std::function<std::pair<QHostAddress, quint16>()> endpoint, QObject *parent)
    : QObject(parent)
    , m_endpoint(std::move(endpoint))
{
    connect(&m_socket, &QUdpSocket::readyRead, this, &Announcer::answerSome);
    m_budget.setRate(maximumRate, Deadlines::now());
}

QString Announcer::start(const QString &title, const QVariantMap &data, quint16 port)
{
    const quint64 server =
        m_announcement.server ? m_announcement.server : QRandomGenerator::system()->generate64();
    const Announcement announcement{0, server, title, data, 0};
    // The largest size it can reach.
    Announcement largest = announcement;
    largest.question = largest.server = std::numeric_limits<quint64>::max();
    largest.port = std::numeric_limits<quint16>::max();
    QString error;
    if (encodeAnnouncement(largest, &error).isEmpty())
        return error;
    if (!isRunning())
        error = bind(port);
    if (error.isEmpty())
        m_announcement = announcement;
    return error;
}

QString Announcer::bind(quint16 port)
{
    // Several servers on one machine share the port.
    if (!m_socket.bind(QHostAddress(QHostAddress::AnyIPv4), port,
                       QUdpSocket::ShareAddress | QUdpSocket::ReuseAddressHint))
        return QStringLiteral("UDP port %1: %2").arg(port).arg(m_socket.errorString());
#if QT_CONFIG(networkinterface)
    const QHostAddress group(QLatin1String{multicastGroup});
    const QList<QNetworkInterface> interfaces = QNetworkInterface::allInterfaces();
    for (const QNetworkInterface &network : interfaces) {
        if (network.flags() & QNetworkInterface::IsUp)
            m_socket.joinMulticastGroup(group, network); // where that fails, there is broadcast
    }
#endif
    return {};
}

void Announcer::answerSome()
{
    for (int i = 0; i < questionsPerTurn && m_socket.hasPendingDatagrams(); ++i) {
        const QNetworkDatagram datagram = m_socket.receiveDatagram(datagramSize + 1);
        const std::optional<quint64> question = decodeQuestion(datagram.data());
        if (question)
            answer(*question, datagram.senderAddress(), quint16(datagram.senderPort()));
    }
    if (m_socket.hasPendingDatagrams())
        QMetaObject::invokeMethod(this, &Announcer::answerSome, Qt::QueuedConnection);
}

void Announcer::answer(quint64 question, const QHostAddress &asker, quint16 port)
{
    const auto [host, serverPort] = m_endpoint();
    const bool canReach = serverPort != 0 && (!host.isLoopback() || asker.isLoopback());
    if (!canReach || !isNeighbour(asker) || !isNew(question) || m_budget.wait(Deadlines::now()) > 0)
        return;
    m_budget.take(1);
    m_announcement.question = question;
    m_announcement.port = serverPort;
    QString error;
    m_socket.writeDatagram(encodeAnnouncement(m_announcement, &error), asker, port);
}

bool Announcer::isNew(quint64 question)
{
    if (std::find(m_answered.begin(), m_answered.end(), question) != m_answered.end())
        return false;
    m_answered[m_nextAnswered] = question;
    m_nextAnswered = (m_nextAnswered + 1) % m_answered.size();
    return true;
}

//! Whether \a address is in one of the networks that this machine is in.
bool Announcer::isNeighbour(const QHostAddress &address)
{
    if (m_networksExpire.hasExpired()) {
        m_networks.clear();
#if QT_CONFIG(networkinterface)
        const QList<QNetworkInterface> interfaces = QNetworkInterface::allInterfaces();
        for (const QNetworkInterface &network : interfaces) {
            const QList<QNetworkAddressEntry> entries = network.addressEntries();
            for (const QNetworkAddressEntry &entry : entries)
                m_networks.append({entry.ip(), entry.prefixLength()});
        }
#endif
        m_networksExpire.setRemainingTime(networksLifetime);
    }
    return std::any_of(m_networks.cbegin(), m_networks.cend(), [&](const auto &network) {
        return network.second > 0 && address.isInSubnet(network.first, network.second);
    });
}

} // namespace QRepod
