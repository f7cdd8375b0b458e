// SPDX-License-Identifier: MIT
#include "soak/cluster/player.h"

#include "soak/tally.h"

#include <QRepod/Protocol>

#include <QtCore/QTimer>
#include <QtCore/QtEndian>

#include <utility>

namespace {

constexpr int retryInterval = 200; // milliseconds
constexpr int nodes = 3;
constexpr qsizetype headerSize = 4;

} // namespace

Player::Player(int number, int home, const QString &table, PortOf portOf, Heard &heard)
    : m_number(number)
    , m_home(home)
    , m_table(table)
    , m_portOf(std::move(portOf))
    , m_heard(heard)
    , m_place(home)
{
    connect(&m_socket, &QTcpSocket::readyRead, this, &Player::read);
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        ++m_heard.connections;
        m_socket.setSocketOption(QTcpSocket::LowDelayOption, 1);
        m_socket.write(
            QRepod::encode({{"action", "enter"}, {"table", m_table}, {"from", m_number}}));
    });
    // Also when it could not connect.
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
        m_socket.abort(); // and what follows from that
}

void Player::handleEnd()
{
    if (m_said > 0 || !m_node.isEmpty())
        ++m_life;
    m_said = 0;
    m_bytes.clear();
    m_node.clear();
    m_announced = 0;
    m_latest.clear();
    m_gaps.clear();
    m_nodesHeard.clear();
    m_place = (m_place + 1) % nodes;
    QTimer::singleShot(retryInterval, this, &Player::open);
}

void Player::say()
{
    if (!m_node.isEmpty())
        m_socket.write(QRepod::encode({{"action", "say"}, {"life", m_life}, {"n", ++m_said}}));
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
            violation("what came is no message");
        else if (message->contains("action"))
            take(*message);
    }
    m_bytes.remove(0, begin);
}

void Player::take(const QVariantMap &message)
{
    const QString action = message["action"].toString();
    if (action == "here")
        return hereIsMyNode(message);
    const QString node = message["node"].toString();
    if (action == "tick") {
        number(node, message);
        m_nodesHeard.insert(node);
    } else if (action == "said") {
        number(node + ' ' + message["from"].toString() + ' ' + message["life"].toString(), message);
    }
}

//! The next number of somebody: one in the order of each, and each one once.
void Player::number(const QString &who, const QVariantMap &message)
{
    ++m_heard.messages;
    const Latest now{message["n"].toInt(), message["offlines"].toInt(), m_announced};
    const Latest before = std::exchange(m_latest[who], now);
    if (before.n == 0 || now.n == before.n + 1)
        return;
    const QString what = QString("%1: %2 after %3").arg(who).arg(now.n).arg(before.n);
    if (now.n <= before.n)
        violation("doubled or out of order: " + what);
    else if (message["node"].toString() == m_node)
        violation("lost on its own node: " + what);
    else if (now.offlines == before.offlines)
        m_gaps << Gap{what, before.announced};
    else
        ++m_heard.gaps;
}

void Player::hereIsMyNode(const QVariantMap &message)
{
    m_node = message["node"].toString();
    m_announced = message["announced"].toInt();
    for (const Gap &gap : std::exchange(m_gaps, {})) {
        ++m_heard.gaps;
        if (gap.announced == m_announced)
            violation("a gap that is not announced: " + gap.what);
    }
}

void Player::violation(const QString &text) const
{
    tally().violation(QString("player %1 at %2: %3").arg(m_number).arg(m_node, text));
}
