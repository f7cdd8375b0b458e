// SPDX-License-Identifier: MIT
#include "soak/soakserver.h"

#include "soak/tally.h"

using QRepod::Direction;

SoakChannel::SoakChannel()
    : m_random(QRandomGenerator::global()->generate())
{
}

void SoakChannel::Network_hello(qint64 key, qint64 sum)
{
    if (m_ledger)
        return m_ledger->receivedUnknown(Direction::ToServer, {{"action", "hello"}, {"key", key}});
    if (sum == Ledger::checksum(key, -1, {}))
        m_ledger = Ledger::find(key);
    if (!m_ledger)
        return refuseStranger();
    m_ledger->serverJoined();
    answer(3);
}

void SoakChannel::Network_data(qint64 key, qint64 number, const QByteArray &body, qint64 sum)
{
    if (!m_ledger)
        return refuseStranger();
    m_ledger->received(Direction::ToServer, key, number, body, sum);
    answer(m_random.bounded(3));
}

void SoakChannel::Network_bye(qint64 key)
{
    if (m_ledger && m_ledger->key() == key && m_ledger->plan().ending == Plan::Ending::ServerClose)
        close();
    else
        network_received({{"action", "bye"}, {"key", key}});
}

void SoakChannel::Network_error(const QString &error)
{
    if (m_ledger)
        m_ledger->receivedError(Direction::ToServer, error);
}

void SoakChannel::Network_disconnected()
{
    if (m_ledger)
        m_ledger->serverEnded();
}

void SoakChannel::network_received(const QVariantMap &message)
{
    if (m_ledger)
        m_ledger->receivedUnknown(Direction::ToServer, message);
    else
        refuseStranger();
}

void SoakChannel::answer(int count)
{
    const int maximumBody = m_ledger->plan().maximumBody;
    for (int i = 0; i < count; ++i) {
        const QByteArray body(m_random.bounded(maximumBody), char(m_random.bounded(256)));
        m_ledger->sendNext(Direction::ToClient, body,
                           [this](const QVariantMap &message) { return send(message); });
    }
}

//! The client's hello was damaged on the way.
void SoakChannel::refuseStranger()
{
    if (m_isRefused)
        return;
    m_isRefused = true;
    ++tally().strangers;
    close();
}

SoakServer::SoakServer()
{
    setChannelClass<SoakChannel>();
    setCloseTimeout(30'000);
}

void SoakServer::tick()
{
    sendToAll(
        {{"action", "tick"}, {"number", m_nextTick}, {"sum", Ledger::checksum(0, m_nextTick, {})}});
    ++m_nextTick;
}
