// SPDX-License-Identifier: MIT
#include "soak/ledger.h"

#include "soak/tally.h"

#include <QRepod/Protocol>

#include <QtCore/QHash>

#include <atomic>

using QRepod::Direction;

namespace {

std::mutex registryMutex; // guards registry
QHash<qint64, std::shared_ptr<Ledger>> registry;

bool isProtocolError(const QString &error)
{
    static const QStringList texts{"empty frame",
                                   "is over the limit of",
                                   "not MessagePack",
                                   "not UTF-8",
                                   "a map key is",
                                   "payload ends in the middle",
                                   "left over after the message"};
    for (const QString &text : texts) {
        if (error.contains(text) && !error.contains("waiting to be sent"))
            return true;
    }
    return false;
}

} // namespace

Ledger::Ledger(qint64 key, int client, const Plan &plan)
    : m_key(key)
    , m_client(client)
    , m_plan(plan)
{
}

std::shared_ptr<Ledger> Ledger::create(int client, const Plan &plan)
{
    static std::atomic<qint64> lastKey = 1'000'000;
    const std::shared_ptr<Ledger> ledger(new Ledger(++lastKey, client, plan));
    const std::lock_guard lock(registryMutex);
    registry.insert(ledger->key(), ledger);
    return ledger;
}

std::shared_ptr<Ledger> Ledger::find(qint64 key)
{
    const std::lock_guard lock(registryMutex);
    return registry.value(key);
}

//! FNV-1a, in 63 bits so that it fits a qint64.
qint64 Ledger::checksum(qint64 key, qint64 number, const QByteArray &body)
{
    quint64 sum = 14695981039346656037u;
    const auto add = [&sum](quint64 value) { sum = (sum ^ value) * 1099511628211u; };
    add(quint64(key));
    add(quint64(number));
    for (const char byte : body)
        add(quint8(byte));
    return qint64(sum >> 1);
}

QVariantMap Ledger::hello() const
{
    return {{"action", "hello"}, {"key", m_key}, {"sum", checksum(m_key, -1, {})}};
}

void Ledger::sendNext(Direction direction, const QByteArray &body, const Send &send)
{
    const std::lock_guard lock(m_mutex);
    Way &current = way(direction);
    const qint64 bytes = send({{"action", "data"},
                               {"key", m_key},
                               {"number", current.sent},
                               {"body", body},
                               {"sum", checksum(m_key, current.sent, body)}});
    if (bytes == 0)
        return;
    ++current.sent;
    current.bytes += bytes;
    current.ends.push_back(current.bytes);
    ++tally().sent;
    tally().bytesSent += quint64(bytes);
}

void Ledger::received(Direction direction, qint64 key, qint64 number, const QByteArray &body,
                      qint64 sum)
{
    const std::lock_guard lock(m_mutex);
    const bool isCorrupted = m_plan.isCorrupted(direction);
    if (key != m_key || sum != checksum(key, number, body)) {
        if (!isCorrupted)
            violation(QStringLiteral("message %1 is not as it was sent").arg(number));
        ++tally().detected;
        return;
    }
    Way &current = way(direction);
    if (number < current.next || (number > current.next && !isCorrupted)) {
        violation(QStringLiteral("message %1 came instead of %2").arg(number).arg(current.next));
        return;
    }
    if (number >= current.sent)
        violation(QStringLiteral("message %1 was never sent").arg(number));
    tally().swallowed += quint64(number - current.next);
    current.next = number + 1;
    ++tally().delivered;
}

void Ledger::receivedTick(qint64 number, qint64 sum)
{
    const std::lock_guard lock(m_mutex);
    const bool isCorrupted = m_plan.isCorrupted(Direction::ToClient);
    if (sum != checksum(0, number, {})) {
        if (!isCorrupted)
            violation(QStringLiteral("message %1 to all is not as it was sent").arg(number));
        ++tally().detected;
        return;
    }
    if (m_firstTick < 0)
        m_firstTick = m_nextTick = number;
    if (number < m_nextTick || (number > m_nextTick && !isCorrupted)) {
        violation(
            QStringLiteral("message %1 to all came instead of %2").arg(number).arg(m_nextTick));
    }
    m_nextTick = number + 1;
    ++tally().ticks;
}

void Ledger::receivedUnknown(Direction direction, const QVariantMap &message)
{
    const std::lock_guard lock(m_mutex);
    if (!m_plan.isCorrupted(direction)) {
        violation(QStringLiteral("a message that was never sent: ")
                  + QString::fromUtf8(QRepod::encode(message).left(100).toPercentEncoding()));
    }
    ++tally().detected;
}

void Ledger::receivedError(Direction direction, const QString &error)
{
    const std::lock_guard lock(m_mutex);
    // A broken WebSocket frame is also reported to the other end.
    if (m_plan.isWebSocket && m_plan.ending == Plan::Ending::Corruption) {
        ++tally().protocolErrors;
        return;
    }
    if (isProtocolError(error)) {
        if (!m_plan.isCorrupted(direction))
            violation(QStringLiteral("a protocol error: ") + error);
        ++tally().protocolErrors;
        return;
    }
    if (m_plan.mustEndCleanly())
        violation(QStringLiteral("an unexpected error: ") + error);
}

void Ledger::serverJoined()
{
    const std::lock_guard lock(m_mutex);
    if (m_hasServerJoined)
        violation(QStringLiteral("hello came twice"));
    m_hasServerJoined = true;
}

void Ledger::serverEnded()
{
    const std::lock_guard lock(m_mutex);
    m_hasServerEnded = true;
}

bool Ledger::hasServerJoined() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasServerJoined;
}

bool Ledger::hasServerEnded() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasServerEnded;
}

void Ledger::endedByItself()
{
    const std::lock_guard lock(m_mutex);
    m_hasEndedByItself = true;
}

void Ledger::judge()
{
    {
        const std::lock_guard lock(registryMutex);
        registry.remove(m_key);
    }
    const std::lock_guard lock(m_mutex);
    for (const Direction direction : {Direction::ToServer, Direction::ToClient})
        judge(direction);
}

void Ledger::judge(Direction direction)
{
    const Way &judged = way(direction);
    if (m_plan.isComplete(direction) && judged.next != judged.sent) {
        violation(QStringLiteral("only %1 of %2 messages came, %3")
                      .arg(judged.next)
                      .arg(judged.sent)
                      .arg(direction == Direction::ToServer ? QLatin1String("to the server")
                                                            : QLatin1String("to the client")));
    }
    if (m_plan.ending == Plan::Ending::Cut && m_plan.direction == direction && m_hasEndedByItself)
        judgeCut(direction);
}

//! Everything before the cut has passed, so it must have arrived.
void Ledger::judgeCut(Direction direction)
{
    // The most of anything else in the stream: hello or greeting, control frames, messages to all.
    constexpr qint64 first = 64;
    constexpr qint64 controls = 40 * 24; // pings and their answers, and heartbeats
    constexpr qint64 tick = 64;
    constexpr qint64 handshake = 1024; // for WebSocket, whose frames have longer headers
    constexpr qint64 longerHead = 10;
    qint64 others = first + controls + (m_plan.isWebSocket ? handshake : 0);
    if (direction == Direction::ToClient)
        others += (m_nextTick - m_firstTick + 1) * tick;

    const Way &judged = way(direction);
    qint64 passed = 0;
    const qint64 head = m_plan.isWebSocket ? longerHead : 0;
    const auto end = [&] { return judged.ends[size_t(passed)] + (passed + 1) * head + others; };
    while (passed < judged.sent && end() <= m_plan.offset)
        ++passed;
    if (judged.next < passed) {
        violation(QStringLiteral("only %1 of %2 messages that had passed before the cut came")
                      .arg(judged.next)
                      .arg(passed));
    }
}

void Ledger::violation(const QString &text) const
{
    tally().violation(QStringLiteral("client %1, connection %2 (%3): %4")
                          .arg(m_client)
                          .arg(m_key)
                          .arg(m_plan.toString(), text));
}
