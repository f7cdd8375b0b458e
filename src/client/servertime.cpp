// SPDX-License-Identifier: MIT
#include "client/servertime.h"

#include <cmath>
#include <utility>

namespace QRepod {

namespace {

constexpr int quickQuestions = 8;
constexpr qint64 quickInterval = 50; // milliseconds, like the next two
constexpr qint64 interval = 2'000;
constexpr qint64 longestExchange = 60'000;

} // namespace

void ServerTime::want()
{
    if (!std::exchange(m_isWanted, true) && m_session)
        ask();
}

void ServerTime::follow(const std::shared_ptr<Session> &session)
{
    m_session = session;
    m_clock.clear();
    m_asked = 0;
    if (m_isWanted)
        ask();
}

void ServerTime::stop()
{
    m_session = nullptr;
    m_clock.clear();
    clearDeadline();
}

//! The question carries its own time, so this end need not remember it.
void ServerTime::ask()
{
    if (!m_session)
        return;
    m_session->sendControl({{QStringLiteral("_ping"), Deadlines::now()}});
    const qint64 pause = ++m_asked < quickQuestions ? quickInterval : interval;
    m_next = Deadlines::now() + pause;
    setDeadline(pause);
}

void ServerTime::askIfDue()
{
    if (m_isWanted && m_session && Deadlines::now() >= m_next)
        ask();
}

void ServerTime::take(const Control &pong)
{
    const auto sent = double(pong.value().toLongLong());
    const auto received = double(pong.arrival());
    const QVariant time = pong.fields().value(QStringLiteral("_time"));
    const bool isNumber = time.metaType() == QMetaType::fromType<qint64>()
        || time.metaType() == QMetaType::fromType<double>();
    if (m_session && isNumber && received >= sent && received - sent <= longestExchange)
        m_clock.add(sent, received, time.toDouble());
}

qint64 ServerTime::now()
{
    if (!m_clock.isKnown())
        return -1;
    return std::llround(m_clock.timeAt(double(Deadlines::now())));
}

} // namespace QRepod
