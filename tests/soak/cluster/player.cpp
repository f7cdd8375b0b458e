// SPDX-License-Identifier: MIT
#include "soak/cluster/player.h"

#include <QRepod/Protocol>

#include <QtCore/QTimer>
#include <QtCore/QtEndian>

#include <utility>

namespace {

constexpr int retryInterval = 200; // milliseconds
constexpr int nodes = 3;
constexpr qsizetype headerSize = 4;

} // namespace

Player::Player(int number, int home, const QString &table, PortOf portOf, ReceivedTotals &totals)
    : m_number(number)
    , m_home(home)
    , m_table(table)
    , m_portOf(std::move(portOf))
    , m_totals(totals)
    , m_reception(QString("player %1").arg(number), totals)
    , m_place(home)
{
    connect(&m_socket, &QTcpSocket::readyRead, this, &Player::read);
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        ++m_totals.connections;
        m_socket.setSocketOption(QTcpSocket::LowDelayOption, 1);
        m_socket.write(
            QRepod::encode({{"action", "enter"}, {"table", m_table}, {"from", m_number}}));
    });
    // Also if it could not connect.
    connect(&m_socket, &QTcpSocket::stateChanged, this, [this](QTcpSocket::SocketState state) {
        if (state == QTcpSocket::UnconnectedState)
            handleEnd();
    });
}

Player::~Player()
{
    m_socket.disconnect(this);
}

void Player::open()
{
    if (m_socket.state() == QTcpSocket::UnconnectedState)
        m_socket.connectToHost("127.0.0.1", m_portOf(m_place));
}

void Player::goHome()
{
    m_place = (m_home + nodes - 1) % nodes;
    if (m_socket.state() == QTcpSocket::UnconnectedState)
        handleEnd();
    else
        m_socket.abort(); // then handleEnd() follows
}

void Player::handleEnd()
{
    if (m_sent > 0 || !m_reception.node().isEmpty())
        ++m_life;
    m_sent = 0;
    m_bytes.clear();
    m_reception.begin();
    m_place = (m_place + 1) % nodes;
    QTimer::singleShot(retryInterval, this, &Player::open);
}

void Player::sendNext()
{
    if (!m_reception.node().isEmpty())
        m_socket.write(QRepod::encode({{"action", "say"}, {"life", m_life}, {"n", ++m_sent}}));
}

void Player::read()
{
    m_bytes += m_socket.readAll();
    qsizetype begin = 0;
    while (m_bytes.size() - begin >= headerSize) {
        const qsizetype size = qFromBigEndian<quint32>(m_bytes.constData() + begin);
        if (m_bytes.size() - begin - headerSize < size)
            break;
        const auto message =
            QRepod::decode(QByteArrayView(m_bytes).sliced(begin + headerSize, size));
        begin += headerSize + size;
        if (!message)
            m_reception.violation("received something that is not a message");
        else if (message->contains("action"))
            m_reception.take(*message);
    }
    m_bytes.remove(0, begin);
}
