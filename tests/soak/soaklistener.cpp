// SPDX-License-Identifier: MIT
#include "soak/soaklistener.h"

#include "soak/tally.h"

#include <QtCore/QUrl>

using QRepod::Direction;

SoakListener::SoakListener()
{
    setCloseTimeout(30'000); // so that slow lines do not look like losses
    QObject::connect(this, &ConnectionListener::connected, this, &SoakListener::join);
    QObject::connect(this, &ConnectionListener::errorOccurred, this, &SoakListener::fail);
    QObject::connect(this, &ConnectionListener::disconnected, this, &SoakListener::leave);
}

void SoakListener::begin(const std::shared_ptr<Ledger> &ledger, quint16 port)
{
    m_coming.push_back(ledger);
    if (ledger->plan().isWebSocket)
        connect(QUrl(QStringLiteral("ws://127.0.0.1:%1/").arg(port)));
    else
        connect("127.0.0.1", port);
}

void SoakListener::join()
{
    if (m_current)
        m_current->violation("connected again before disconnected");
    if (m_coming.empty())
        return tally().violation("connected without connect()");
    m_current = m_coming.front();
    m_coming.pop_front();
    m_hasFailed = false;
    send(m_current->hello());
    emit joined();
}

void SoakListener::fail(const QString &error)
{
    if (m_current) {
        if (m_hasFailed)
            m_current->violation("a second error: " + error);
        m_current->receivedError(Direction::ToClient, error);
        m_hasFailed = true;
    } else if (!m_coming.empty() && m_coming.front()->plan().mayFailToConnect()) {
        const std::shared_ptr<Ledger> ledger = std::move(m_coming.front());
        m_coming.pop_front();
        emit left(ledger);
    } else if (!m_coming.empty()) {
        m_coming.front()->violation("could not connect: " + error);
    }
}

void SoakListener::leave()
{
    if (!m_current)
        return tally().violation("disconnected without connected");
    const std::shared_ptr<Ledger> ledger = std::exchange(m_current, nullptr);
    emit left(ledger);
}

void SoakListener::receivedData(qint64 key, qint64 number, const QByteArray &body, qint64 sum)
{
    if (!m_current || m_hasFailed)
        return tally().violation("a message outside a connection");
    m_current->received(Direction::ToClient, key, number, body, sum);
}

void SoakListener::receivedTick(qint64 number, qint64 sum)
{
    if (!m_current || m_hasFailed)
        return tally().violation("a message to all outside a connection");
    m_current->receivedTick(number, sum);
}

void SoakListener::network_received(const QVariantMap &message)
{
    const QString action = message["action"].toString();
    if (action == "data" && message.size() == 5)
        receivedData(message["key"].toLongLong(), message["number"].toLongLong(),
                     message["body"].toByteArray(), message["sum"].toLongLong());
    else if (action == "tick" && message.size() == 3)
        receivedTick(message["number"].toLongLong(), message["sum"].toLongLong());
    else if (action != "connected" && action != "socketConnect" && action != "disconnected"
             && action != "error" && m_current)
        m_current->receivedUnknown(Direction::ToClient, message);
}
